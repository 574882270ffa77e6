import { openPostgresStore } from '#adapters/store-postgres/store.ts'
import { createMigrator } from '#adapters/store-postgres/migrate.ts'
import { systemClock } from '#adapters/runtime-node/clock.ts'
import { randomIds } from '#adapters/runtime-node/id-source.ts'
import { sha256 } from '#adapters/runtime-node/digest.ts'
const url = process.env.URL!
const m = createMigrator({ url })
console.log((await m.up()).map((r) => r.migrationName + r.status))
await m.close()
const log = { debug() {}, info: console.log, warn: console.log, error: console.log }
const store = await openPostgresStore({ clock: systemClock, sha256, url, log })
const cur = { code: 'EUR', scale: 2, name: 'Euro' } as any
const mk = (id: string, bal: bigint, key?: string): any => ({
  kind: 'create_account',
  principal: 'anonymous',
  idempotency: key ? { key, fingerprint: 'aa' } : null,
  id,
  userId: null,
  currency: cur,
  creditLimit: 0n,
  initialBalance: bal,
  metadata: { a: 'x"y\\z' },
  externalAccountId: randomIds.accountId(),
  transferId: randomIds.transferId(),
})
console.dir(await store.post([mk('1', 500n, 'k1'), mk('2', 0n)]), { depth: 9 })
console.dir(await store.post([mk('1', 500n, 'k1'), mk('2', 0n)]), { depth: 9 })
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
console.dir(await store.post([t('1', '2', 100n, 'tk' + process.pid), t('2', '1', 100000n)]), { depth: 9 })
console.dir(await store.post([t('1', '2', 100n, 'tk' + process.pid)]), { depth: 9 })
console.dir(await store.listTransfers({ limit: 10, accountIds: ['1' as any] }), { depth: 9 })
console.dir(await store.listEntries({ limit: 10, accountId: '1' as any }), { depth: 9 })
console.dir(await store.read({ limit: 3, after: { page: 0, position: -1 } }), { depth: 9 })
const N = 10000
const C = (i: number) => mk(String(100000 + i), 1000000n)
if (!(await store.findAccount('100000' as any)))
  for (let i = 0; i < N; i += 1000) await store.post(Array.from({ length: 1000 }, (_, j) => C(i + j)))
const rnd = () => String(100000 + Math.floor(Math.random() * N))
for (const size of [1]) {
  const lat: number[] = []
  const s = performance.now()
  let n = 0
  while (performance.now() - s < 10) {
    const b = Array.from({ length: size }, () => {
      let a = rnd(),
        c = rnd()
      while (c === a) c = rnd()
      return t(a, c, 1n, randomIds.transferId())
    })
    const q = performance.now()
    await store.post(b)
    lat.push(performance.now() - q)
    n += size
  }
  lat.sort((a, b) => a - b)
  console.log(
    size,
    Math.round((n / (performance.now() - s)) * 1000),
    'tps p50',
    lat[lat.length >> 1]!.toFixed(2),
  )
}
await store.close()
