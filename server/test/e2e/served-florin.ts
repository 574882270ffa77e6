/** Florin as people run it: the real program on an embedded PostgreSQL in a folder of the test's own. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ENTRY = fileURLToPath(new URL('../../src/cli/entry.js', import.meta.url))
const STOP_MAX_MS = 30_000
const CONNECTIONS_MAX = 256

/** An answer over HTTP. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: { readonly [name: string]: unknown }
}

/** A data folder, and the Florin that serves it. */
export interface ServedFlorin {
  readonly dataDir: string
  /** Starts the program; resolves when it says that it is ready. */
  start(): Promise<void>
  /** SIGTERM: in order; throws unless it ends with 0. SIGKILL: as a crash. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Kills its PostgreSQL, which Florin then starts again. */
  killPostgres(): void
  /** Sends a request. Throws when the connection breaks. */
  ask(
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>
  /** Sends the text as it is. */
  askRaw(path: string, body: string | Buffer, headers: Record<string, string>): Promise<Answer>
  /** Runs `florin verify` beside it; throws unless the ledger is proven. */
  verify(): Promise<void>
  remove(): Promise<void>
}

/** Makes a data folder; nothing runs yet. */
export function createServedFlorin(settings: Readonly<Record<string, string>> = {}): ServedFlorin {
  const scratch = mkdtempSync(join(tmpdir(), 'florin-e2e-'))
  chmodSync(scratch, 0o755) // As root, PostgreSQL runs as another user.
  const dataDir = join(scratch, 'data')
  const env = {
    ...ownEnvironment(),
    FLORIN_HTTP_PORT: '0',
    FLORIN_LOG_LEVEL: 'error',
    FLORIN_DATA_DIR: dataDir,
    ...settings,
  }
  let child: ChildProcess | null = null
  let api = ''
  let agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })

  async function start(): Promise<void> {
    child = run(['serve'])
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const said = JSON.parse(line) as Record<string, unknown>
      if (said.msg !== 'Florin is ready') continue
      api = String(said.api)
      child.stdout?.resume()
      agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })
      return
    }
    throw new Error('serve ended before it was ready')
  }

  function run(words: readonly string[]): ChildProcess {
    return spawn(process.execPath, [ENTRY, ...words], {
      env,
      cwd: scratch,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (child === null) return
    const stopping = child
    child = null
    const code = await ended(stopping, () => stopping.kill(signal))
    agent.destroy()
    if (signal === 'SIGTERM') assert.equal(code, 0, 'it stops in order')
  }

  async function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string | Buffer,
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const sending = request(`${api}${path}`, { method, headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => {
        const parsed = text === '' ? {} : (JSON.parse(text) as Answer['body'])
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed })
      })
    })
    sending.on('error', reject)
    sending.end(body)
    return await promise
  }

  return {
    dataDir,
    start,
    stop,
    killPostgres() {
      process.kill(postmasterPid(dataDir), 'SIGKILL')
    },
    async ask(method, path, body, headers = {}) {
      if (body === undefined) return await send(method, path, headers)
      return await send(
        method,
        path,
        { 'content-type': 'application/json', ...headers },
        JSON.stringify(body),
      )
    },
    askRaw: (path, body, headers) => send('POST', path, headers, body),
    async verify() {
      const verifying = run(['verify', '--json'])
      let text = ''
      verifying.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      const code = await ended(verifying, () => {})
      assert.equal(code, 0, `the ledger is not proven: ${text}`)
    },
    async remove() {
      await stop('SIGTERM')
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** Florin refuses settings that it does not know, and the tests have some of their own. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLORIN_')))
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}

async function ended(child: ChildProcess, end: () => void): Promise<number | null> {
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  end()
  const code = await Promise.race([exited, wait(STOP_MAX_MS, 'late' as const, { ref: false })])
  if (code === 'late') {
    child.kill('SIGKILL')
    throw new Error(`it did not end within ${STOP_MAX_MS} ms`)
  }
  return code
}
