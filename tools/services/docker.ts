/** Runs a service as a Docker container, on a free loopback port that the engine picks. */
import { spawnSync } from 'node:child_process'
import { waitUntilReady } from './readiness.ts'
import type { ServiceRow } from './table.ts'

function docker(words: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`docker ${words[0]}: ${stderr}`)
  return stdout.trim()
}

/** Tells whether a Docker engine answers; the program alone is not enough. */
export function hasDockerEngine(): boolean {
  return spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0
}

/** Starts the row's image and waits until it answers. */
export async function startContainer(
  row: ServiceRow,
  password: string,
): Promise<{ container: string; port: number }> {
  const { image, port, environment, probe } = row.docker
  const variables = Object.entries(environment(password)).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ])
  const container = docker([
    'run',
    '--detach',
    '--rm',
    ...variables,
    '--publish',
    `127.0.0.1::${port}`,
    image,
  ])
  try {
    await waitUntilReady(row.name, ['docker', 'exec', container, ...probe])
    const published = docker(['port', container, String(port)]).split('\n')[0] ?? ''
    return { container, port: Number(published.split(':').at(-1)) }
  } catch (error) {
    stopContainer(container)
    throw error
  }
}

/** Tells whether the container still runs. */
export function isContainerAlive(container: string): boolean {
  const words = ['inspect', '--format', '{{.State.Running}}', container]
  return spawnSync('docker', words, { encoding: 'utf8' }).stdout.trim() === 'true'
}

/** Stops the container; `--rm` removes it with its data. */
export function stopContainer(container: string): void {
  docker(['stop', container])
}
