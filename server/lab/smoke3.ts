import { openWriter } from '#adapters/store-postgres/writer.ts'
import { beginAndLoad } from '#adapters/store-postgres/load.ts'
import { applyAndCommit, toApplyParameters } from '#adapters/store-postgres/apply.ts'
import { needsOf } from '#core/working-set.ts'
import { decideBatch } from '#core/decide-batch.ts'
import { systemClock } from '#adapters/runtime-node/clock.ts'
import { randomIds } from '#adapters/runtime-node/id-source.ts'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
const pid = () => w.session().backend.pid
const pgcpu = () => {
  const f = readFileSync(`/proc/${pid()}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(f[11]) + Number(f[12])) * 10000
}
const log = { debug() {}, info: console.log, warn: console.log, error: console.log }
const w = await openWriter(process.env.URL!, log)
const { client } = w.session()
const t = (s: string, d: string, a: bigint, key?: string): any => ({
  kind: 'post_transfer',
  principal: 'anonymous',
  idempotency: key ? { key, fingerprint: 'aa' } : null,
  id: randomIds.transferId(),
  idChosen: false,
  postings: [{ source: s, destination: d, amount: a, currency: 'EUR', scale: 2 }],
  reference: null,
  metadata: {},
})
const rnd = () => String(100000 + Math.floor(Math.random() * 10000))
for (const size of (process.env.SIZES ?? '1,50,1000').split(',').map(Number)) {
  const T: Record<string, number[]> = { needs: [], load: [], decide: [], params: [], apply: [] }
  let q = 0
  const lap = (k: string) => {
    const n = performance.now()
    T[k]!.push(n - q)
    q = n
  }
  const s = performance.now()
  let n = 0
  const c0 = process.cpuUsage(),
    g0 = pgcpu()
  while (performance.now() - s < 4000) {
    const b = Array.from({ length: size }, () => {
      let a = rnd(),
        c = rnd()
      while (c === a) c = rnd()
      return t(a, c, 1n, process.env.KEYS ? randomIds.transferId() : undefined)
    })
    q = performance.now()
    const needs = needsOf(b)
    lap('needs')
    const st = await beginAndLoad(client, needs)
    lap('load')
    const { changes } = decideBatch(st, b, systemClock.now())
    lap('decide')
    const p = toApplyParameters(randomUUID(), changes, sha256)
    lap('params')
    await applyAndCommit(client, p)
    lap('apply')
    n += size
  }
  const c = process.cpuUsage(c0)
  console.log(
    '  cpu us/transfer node',
    ((c.user + c.system) / n).toFixed(1),
    'pg',
    ((pgcpu() - g0) / n).toFixed(1),
  )
  const mean = (l: number[]) => l.sort((a, b) => a - b)[l.length >> 1]!.toFixed(2)
  console.log(
    size,
    Math.round((n / (performance.now() - s)) * 1000),
    Object.entries(T)
      .map(([k, l]) => k + ' ' + mean(l))
      .join('  '),
  )
}
await w.close()
