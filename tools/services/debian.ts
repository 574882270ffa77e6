/** Runs a service from its Debian package, as a process of its own in a scratch folder. */
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { waitUntilReady } from './readiness.ts'
import { SERVICES } from './table.ts'
import type { ServiceRow } from './table.ts'

const STOP_WITHIN_MS = 15_000
const LOG_BYTES_SHOWN = 4_000

/** The user a server runs as; empty when we are not root and it runs as ourselves. */
type Identity = { uid: number; gid: number } | Record<string, never>

/** Installs the package when it is missing, starts its server and waits until it answers. */
export async function startPackage(
  row: ServiceRow,
  folder: string,
  password: string,
): Promise<{ pid: number; port: number }> {
  const programs = row.debian.findPrograms() ?? installPackage(row)
  const identity = toIdentity(row.debian.user)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid)
  const place = { programs, folder, password, port: await findFreePort() }

  const [prepare, ...prepareWords] = row.debian.prepare(place)
  if (prepare !== undefined) {
    const { status, stderr } = spawnSync(prepare, prepareWords, {
      encoding: 'utf8',
      cwd: folder,
      ...identity,
    })
    if (status !== 0) throw new Error(`${row.name}: ${prepare} failed: ${stderr}`)
  }
  const logPath = join(folder, 'server.log')
  const log = openSync(logPath, 'a')
  const [program, ...words] = row.debian.start(place)
  const server = spawn(program ?? '', words, {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: folder,
    ...identity,
  })
  server.unref()
  const { pid } = server
  if (pid === undefined) throw new Error(`${row.name}: cannot start ${program}`)
  try {
    await waitUntilReady(row.name, row.debian.probe(place), () => server.exitCode === null)
  } catch (error) {
    await stopProcess(pid, folder)
    throw new Error(`${String(error)}\n${readFileSync(logPath, 'utf8').slice(-LOG_BYTES_SHOWN)}`, {
      cause: error,
    })
  }
  return { pid, port: place.port }
}

/** Tells whether the process is alive and still the server of this folder: process numbers are used again. */
export function isProcessAlive(pid: number, folder: string): boolean {
  const path = `/proc/${pid}/cmdline`
  return existsSync(path) && readFileSync(path, 'utf8').includes(folder)
}

/** Stops the server of the folder: by its own signal first, by force when it does not end in time. */
export async function stopProcess(pid: number, folder: string): Promise<void> {
  const row = SERVICES.find(({ name }) => folder.endsWith(`/${name}`))
  for (const signal of [row?.debian.stopSignal ?? 'SIGTERM', 'SIGKILL'] as const) {
    const deadline = performance.now() + STOP_WITHIN_MS
    if (isProcessAlive(pid, folder)) process.kill(pid, signal)
    while (isProcessAlive(pid, folder) && performance.now() < deadline) await wait(50)
  }
}

function installPackage(row: ServiceRow): string {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '--non-interactive']
  const name = row.debian.package
  // The package lists are often absent in images: fetch them when the first try does not find the package.
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', name]
  console.error(`${row.name}: installing ${name}`)
  if (!runQuietly([...sudo, ...install])) {
    runQuietly([...sudo, 'apt-get', 'update'])
    if (!runQuietly([...sudo, ...install]))
      throw new Error(`apt-get cannot install ${name}; is a Docker engine an option?`)
  }
  const programs = row.debian.findPrograms()
  if (programs === undefined)
    throw new Error(`${name} is installed, but its programs are not where they should be`)
  return programs
}

/** Runs a command with its output on stderr, because stdout is for eval. */
function runQuietly([program, ...words]: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(program ?? '', words, { stdio: ['ignore', 2, 2], env }).status === 0
}

function toIdentity(user: string): Identity {
  if (process.getuid?.() !== 0) return {}
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const entry = [user, 'nobody']
    .map((name) => lines.find((line) => line.startsWith(`${name}:`)))
    .find(Boolean)
  const [, , uid, gid] = entry?.split(':') ?? []
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${user} to run the server as`)
  return { uid: Number(uid), gid: Number(gid) }
}

async function findFreePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => {
    probe.close(resolve)
  })
  return port
}
