/** The examples of a page of docs, run as they stand there. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Served, Settings } from './florin-process.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The blocks of a page that say `sh`, for a Florin that is served elsewhere than by default. */
export function docsExamples(page: string, { api, grpc }: Served): string {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block)
  return blocks.join('\n').replaceAll('127.0.0.1:50051', grpc).replaceAll('localhost:8080', new URL(api).host)
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
