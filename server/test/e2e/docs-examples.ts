/** The examples of a page of docs, run as they stand there. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Served, Settings } from './florin-process.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Why the examples are skipped where there is nothing to run them with, or false; FLORIN_TEST_REQUIRE=all wants them run. */
export const skipExamples: string | false =
  process.env.FLORIN_TEST_REQUIRE !== 'all' && spawnSync('bash', ['-c', 'curl --version']).status !== 0
    ? 'the examples need bash and curl'
    : false

/** The blocks of a page that say `sh` and start nothing, for a Florin that is served elsewhere than by default. */
export function docsExamples(page: string, { api, grpc }: Served): string {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block)
  return blocks
    .filter((block) => !/npm (?:ci|start|test)/.test(block))
    .join('\n')
    .replaceAll('127.0.0.1:50051', grpc)
    .replaceAll(/(?:localhost|127\.0\.0\.1):8080/g, new URL(api).host)
}

/** Runs a script in the root of the repository until a command of it fails. */
export async function bash(
  script: string,
  settings: Settings = {},
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const child = spawn('bash', ['-c', `set -e -o pipefail\n${script}`], {
    cwd: ROOT,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exitCode, output }
}
