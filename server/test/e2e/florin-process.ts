/** Florin as people run it: real processes on real data folders, started, stopped and killed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { listProcesses } from '#adapters/store-embedded/processes.ts'

/** FLORIN_… settings of one process. */
export type Settings = Readonly<Record<string, string>>

/** A `florin serve` that is ready. */
export interface Served {
  readonly child: ChildProcess
  /** The ready line, which is JSON. */
  readonly ready: Readonly<Record<string, unknown>>
  /** `http://127.0.0.1:<port>` */
  readonly api: string
  /** `127.0.0.1:<port>` */
  readonly grpc: string
}

const ENTRY = fileURLToPath(new URL('../../src/cli/entry.js', import.meta.url))
const STOP_MAX_MS = 15_000
const READY_MAX_MS = 60_000
const LAST_LINES_MAX = 20

/** Those that have not ended: a test that fails leaves some behind. */
const living = new Set<ChildProcess>()

/**
 * A folder for data folders, which every user may enter: as root, PostgreSQL runs as another one. `remove` ends what
 * still runs, so that a failed test leaves neither a process nor a file.
 */
export function makeScratch(): { readonly dir: string; readonly remove: () => Promise<void> } {
  const dir = mkdtempSync(join(tmpdir(), 'florin-e2e-'))
  chmodSync(dir, 0o755)
  async function remove(): Promise<void> {
    await Promise.allSettled([...living].map((child) => stop(child, 'SIGTERM')))
    for (const child of living) child.kill('SIGKILL')
    for (const dataDir of readdirSync(dir)) killPostmaster(join(dir, dataDir))
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  return { dir, remove }
}

/** Runs a command to its end. */
export async function florin(call: readonly string[], settings: Settings) {
  const child = start(call, settings)
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exitCode, ...output }
}

/**
 * Starts `florin serve` on a free port and waits until it is ready, for at most a minute. What it logs is read to its
 * end; when that comes without `stop`, stderr shows how it came and what was logged last.
 */
export async function serve(settings: Settings): Promise<Served> {
  const child = start(['serve'], settings)
  child.stderr?.pipe(process.stderr)
  const { promise: served, resolve, reject } = Promise.withResolvers<Served>()
  const lastLines: string[] = []
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    if (lastLines.push(line) > LAST_LINES_MAX) lastLines.shift()
    if (!line.includes('"msg":"Florin is ready"')) return
    const ready = JSON.parse(line) as Record<string, unknown>
    resolve({ child, ready, api: String(ready['api']), grpc: String(ready['grpc']) })
  })
  child.once('close', (code, signal) => {
    const end = `serve (pid ${child.pid}) ended with ${signal ?? `exit code ${code}`}; its last lines:`
    const told = [end, ...lastLines].join('\n')
    reject(new Error(`not ready, for which it has ${READY_MAX_MS} ms: ${told}`))
    if (!child.killed) process.stderr.write(`${told}\n`)
  })
  const late = setTimeout(() => child.kill('SIGKILL'), READY_MAX_MS)
  try {
    return await served
  } finally {
    clearTimeout(late)
  }
}

/** Sends a signal and waits for the end: the exit code, null when the signal ended it. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const exitCode = await Promise.race([exited, sleep(STOP_MAX_MS, 'late' as const, { ref: false })])
  if (exitCode === 'late') throw new Error(`not stopped within ${STOP_MAX_MS} ms`)
  return exitCode
}

/** The postmaster that runs on a data folder; undefined while none accepts connections. */
export function postmasterPid(dataDir: string): number | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    return lines[7]?.trim() === 'ready' ? Number(lines[0]) : undefined
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/**
 * kill -9 of the postmaster of a data folder, if one runs; returns its pid. One that was killed has left its file behind,
 * and its pid may be another process's by now, such as one of a test beside this one.
 */
export function killPostmaster(dataDir: string): number | undefined {
  const pid = postmasterPid(dataDir)
  const found = listProcesses().find((running) => running.pid === pid)
  if (pid === undefined || !found?.args.some((arg) => arg.startsWith('cluster_name=florin-')))
    return undefined
  process.kill(pid, 'SIGKILL')
  return pid
}

/** The FLORIN_… settings of whoever runs the tests are not those of the processes under test. */
function start(call: readonly string[], settings: Settings): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('FLORIN_'))
  const env = { ...Object.fromEntries(inherited), FLORIN_HTTP_PORT: '0', FLORIN_GRPC_PORT: '0', ...settings }
  const child = spawn(process.execPath, [ENTRY, ...call], {
    env,
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  living.add(child)
  child.once('exit', () => living.delete(child))
  return child
}
