// What the tests of the embedded PostgreSQL share: real servers, processes to kill, and checkouts of their own.
import { spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#adapters/store-embedded/server.ts'

/** Whether these tests may become another user. */
export const isRoot = process.getuid?.() === 0
/** Why a suite is left out, if it is. */
export const needsUnix = process.platform === 'win32' ? 'needs signals' : false
/** A user without rights. */
export const nobody = { uid: 65534, gid: 65534 }

const serverDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const runnerPath = join('test', 'contracts', 'embedded-postgres-run.ts')
const recoveryTimeoutMs = 20_000

/** A folder for data folders, which every user may enter. */
export function makeScratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'florin-embedded-'))
  chmodSync(dir, 0o755)
  return dir
}

/** A log that says nothing. */
export const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** Starts the database in this process. */
export async function start(dataDir: string): Promise<EmbeddedPostgres> {
  return await startEmbeddedPostgres({ dataDir, log: quiet })
}

/** A log that keeps its lines. */
export function recordingLog() {
  const lines: string[] = []
  const record = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  return { lines, debug: record, info: record, warn: record, error: record }
}

/** One statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Tries again for 20 s. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const startedMs = performance.now()
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() - startedMs > recoveryTimeoutMs) throw error
      await sleep(50)
    }
  }
}

/** The pid of the server that runs on a data folder. */
export function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}

/** How to run Florin in a process of its own. */
export interface FlorinRun {
  dataDir: string
  mode?: 'own' | 'join'
  checkout?: string
  programsDir?: string
  user?: { uid: number; gid: number }
}

/** Runs Florin's part in a process of its own, and waits until its database is up. */
export async function runFlorin({
  dataDir,
  mode = 'own',
  checkout = serverDir,
  programsDir = '',
  user,
}: FlorinRun) {
  const args = [runnerPath, dataDir, mode, programsDir]
  const child = spawn(process.execPath, args, { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'], ...user })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const errors: string[] = []
  child.stderr.on('data', (chunk) => errors.push(String(chunk)))
  const line = await firstLine(child)
  const said = JSON.parse(line ?? '{}') as { url: string; found: string; error?: string }
  if (!said.url) throw new Error(`${said.error ?? 'it ended'}\n${errors.join('')}`)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  return { ...said, terminate: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  for await (const line of createInterface({ input: child.stdout! })) return line
  return undefined
}

/** A checkout of its own, as after `npm ci --ignore-scripts`: the packages linked, the PostgreSQL programs copied without links. */
export function makeCheckout(root: string): string {
  const modules = join(root, 'node_modules')
  const realModules = dirname(dirname(dirname(fileURLToPath(import.meta.resolve('pg')))))
  mkdirSync(modules, { recursive: true })
  for (const entry of readdirSync(realModules)) {
    if (entry !== '@embedded-postgres') symlinkSync(join(realModules, entry), join(modules, entry))
  }
  cpSync(join(realModules, '@embedded-postgres'), join(modules, '@embedded-postgres'), {
    recursive: true,
    filter: (from) => !lstatSync(from).isSymbolicLink(),
  })
  for (const part of ['src', 'test', 'package.json']) {
    cpSync(join(serverDir, part), join(root, 'server', part), { recursive: true })
  }
  return join(root, 'server')
}
