/**
 * Garbage of nobody, at full speed, from a process of its own, beside real traffic with an API key: the traffic goes on,
 * nothing that was acknowledged is lost, memory stays flat, and the ledger is proven afterwards. FLORIN_GARBAGE_SECONDS=30
 * for the full run; FLORIN_TEST_SEED=… for the same garbage again (what meets what is the machine's choice).
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createGrpcClient } from '#test/grpc-client.ts'
import { testSeed } from '../seed.ts'
import { florin, makeScratch, serve, stop } from './florin-process.ts'
import type { GarbageReport } from './garbage-load.ts'
import { createClient, type Answer } from './http-client.ts'

const SECONDS = Number(process.env['FLORIN_GARBAGE_SECONDS'] ?? 8)
/** The garbage goes on until so many transfers have been acknowledged beside it, however slow the machine is. */
const PROGRESS_MIN = 20
const GARBAGE_MAX_MS = SECONDS * 1000 + 120_000
/** A quiet Florin has 150 MiB; one that kept what it was sent would soon have more than this. */
const RSS_MAX_MIB = 768
const RSS_EVERY_MS = 250
const CLIENTS = 4
/** Turned away for a while, as everybody is. */
const TRY_AGAIN: readonly (number | string)[] = [429, 503, 'RESOURCE_EXHAUSTED', 'UNAVAILABLE']
const TRY_AGAIN_AFTER_MS = 20

const HTTP_EXPECTED = ['400', '401', '404', '405', '408', '413', '414', '415', '422', '429', '431', '503']
/** Logging in needs no credentials, only what is well-formed. */
const GRPC_EXPECTED = [
  'UNAUTHENTICATED',
  'INVALID_ARGUMENT',
  'UNIMPLEMENTED',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
  'CANCELLED',
]

const LOAD = fileURLToPath(new URL('./garbage-load.ts', import.meta.url))
const { dir: scratch, remove } = makeScratch()
after(remove)
const seed = testSeed()

test(`garbage for ${SECONDS} s beside real traffic`, { timeout: GARBAGE_MAX_MS + 120_000 }, async (t) => {
  const settings = {
    FLORIN_DATA_DIR: join(scratch, 'data'),
    FLORIN_LOG_LEVEL: 'error',
    FLORIN_AUTH_SECRET: randomBytes(32).toString('base64'),
  }
  const { child, api, grpc } = await serve(settings)
  const pid = child.pid as number
  const made = await florin(['keys', 'create', '--name', 'real', '--scopes', SCOPES, '--json'], settings)
  assert.equal(made.exitCode, 0, made.stderr)
  const { key } = JSON.parse(made.stdout) as { key: string }
  const authorization = `Bearer ${key}`
  const rest = createClient(api)
  const rpc = createGrpcClient(grpc)
  const post = async (path: string, body: unknown, idempotencyKey: string) =>
    await rest.post(path, body, { authorization, 'idempotency-key': idempotencyKey })
  for (const id of ['1', '2']) {
    const body = { id, currency: 'EUR', initial_balance: '1000000' }
    assert.equal((await post('/v2/accounts', body, `account-${id}`)).status, 201)
  }

  const transfer = { source: '1', destination: '2', amount: '0.01', currency: 'EUR' }
  /** By their idempotency keys, the ids that were answered. */
  const acknowledged = new Map<string, string>()

  async function overHttp(idempotencyKey: string): Promise<string | null> {
    // A connection that breaks leaves open what came of it: the same key again tells.
    const answer: Answer | null = await post('/v2/transfers', transfer, idempotencyKey).catch(() => null)
    if (answer === null || TRY_AGAIN.includes(answer.status)) return null
    assert.equal(answer.status, 201, answer.text)
    return answer.body.id
  }

  async function overGrpc(idempotencyKey: string): Promise<string | null> {
    const metadata = { authorization, 'idempotency-key': idempotencyKey }
    const answer = await rpc.call('florin.v2.TransferService/CreateTransfer', { transfer }, { metadata })
    if (TRY_AGAIN.includes(answer.status)) return null
    assert.equal(answer.status, 'OK', answer.detail)
    return answer.message.transfer.id
  }

  let goesOn = true
  async function pay(
    client: string,
    send: (idempotencyKey: string) => Promise<string | null>,
  ): Promise<void> {
    for (let i = 0; goesOn; i++) {
      const idempotencyKey = `${client}-${i}`
      let id = await send(idempotencyKey)
      for (; id === null; id = await send(idempotencyKey)) await sleep(TRY_AGAIN_AFTER_MS)
      acknowledged.set(idempotencyKey, id)
    }
  }

  const garbage = startGarbage(api, grpc)
  const clients = Array.from({ length: CLIENTS }, (_, i) => [
    pay(`http-${i}`, overHttp),
    pay(`grpc-${i}`, overGrpc),
  ])
  const paying = Promise.all(clients.flat())
  const startedAtMs = performance.now()
  let rssMib = 0
  const isOver = (): boolean =>
    performance.now() - startedAtMs >= SECONDS * 1000 && acknowledged.size >= PROGRESS_MIN
  while (!isOver()) {
    assert.ok(performance.now() - startedAtMs < GARBAGE_MAX_MS, `${acknowledged.size} transfers`)
    assert.equal(child.exitCode ?? child.signalCode, null)
    rssMib = Math.max(rssMib, rssMibOf(pid))
    // A client that fails ends the test at once.
    await Promise.race([paying, sleep(RSS_EVERY_MS)])
  }
  const besideGarbage = acknowledged.size
  const report = await garbage.end()
  goesOn = false
  await paying
  rpc.close()
  t.diagnostic(JSON.stringify({ ...report, transfers: besideGarbage, rssMib: Math.round(rssMib) }))

  assert.ok(Object.keys(report.http).length > 0 && Object.keys(report.grpc).length > 0 && report.sockets > 0)
  assert.deepEqual(
    Object.keys(report.http).filter((code) => !HTTP_EXPECTED.includes(code)),
    [],
  )
  assert.deepEqual(
    Object.keys(report.grpc).filter((code) => !GRPC_EXPECTED.includes(code)),
    [],
  )
  assert.ok(rssMib < RSS_MAX_MIB, `${rssMib} MiB`)

  const { body } = await rest.ask('/v2/accounts/2', { headers: { authorization } })
  assert.equal(new Set(acknowledged.values()).size, acknowledged.size)
  const cents = BigInt(body.balances.posted.replace('.', '')) - 100_000_000n
  assert.equal(cents, BigInt(acknowledged.size))
  for (const id of acknowledged.values()) {
    const shown = await rest.ask(`/v2/transfers/${id}`, { headers: { authorization } })
    assert.deepEqual([shown.status, shown.body.status], [200, 'posted'])
  }
  const verified = await florin(['verify', '--json'], settings)
  assert.equal(verified.exitCode, 0, verified.stdout)
  assert.equal(await stop(child, 'SIGTERM'), 0)
})

const SCOPES = 'accounts:read,accounts:write,transfers:read,transfers:write,ledger:issue'

function startGarbage(api: string, grpc: string): { readonly end: () => Promise<GarbageReport> } {
  const load = spawn(process.execPath, [LOAD, api, grpc, String(seed)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  after(() => load.kill('SIGKILL'))
  const output = text(load.stdout)
  return {
    async end() {
      load.stdin.end()
      return JSON.parse(await output) as GarbageReport
    },
  }
}

/** What a process has in memory, where the system tells; else 0. */
function rssMibOf(pid: number): number {
  if (process.platform !== 'linux') return 0
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
