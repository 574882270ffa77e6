import { openWriter } from '#adapters/store-postgres/writer.ts'
import { beginAndLoad } from '#adapters/store-postgres/load.ts'
import { needsOf } from '#core/working-set.ts'
import { readFileSync } from 'node:fs'
const log = { debug() {}, info: console.log, warn: console.log, error: console.log }
const w = await openWriter(process.env.URL!, log)
const { client, backend } = w.session()
const pgcpu = () => {
  const f = readFileSync(`/proc/${backend.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(f[11]) + Number(f[12])) * 10000
}
const rnd = () => String(100000 + Math.floor(Math.random() * 10000))
const run = async (name: string, f: (needs: any) => Promise<any>) => {
  const c0 = process.cpuUsage(),
    g0 = pgcpu(),
    s = performance.now()
  let n = 0
  while (n < 200) {
    await f(
      needsOf(
        Array.from({ length: 1000 }, () => ({
          kind: 'post_transfer',
          idempotency: null,
          postings: [{ source: rnd(), destination: rnd() }],
        })) as any,
      ),
    )
    await client.query('rollback')
    n++
  }
  const c = process.cpuUsage(c0)
  console.log(
    name.padEnd(24),
    'node us/transfer',
    ((c.user + c.system) / n / 1000).toFixed(1),
    'pg',
    ((pgcpu() - g0) / n / 1000).toFixed(1),
    'wall',
    ((performance.now() - s) / n).toFixed(1),
  )
}
const arr = (needs: any) => `{${[...needs.accounts].join(',')}}`
for (let i = 0; i < 2; i++) {
  await run('beginAndLoad', (needs) => beginAndLoad(client, needs))
  await run('direct all', async (needs) => {
    await Promise.all([
      client.query('begin'),
      client.query({
        name: 'd',
        text: 'select a.* from florin.accounts a where a.id = any ($1::bigint[]) order by a.id for no key update',
        values: [arr(needs)],
      }),
    ])
  })
  await run('direct 7 array', async (needs) => {
    await Promise.all([
      client.query('begin'),
      client.query({
        name: 'e',
        rowMode: 'array',
        text: 'select id, currency, scale, posted, credit_limit, last_entry, updated_at from florin.accounts a where a.id = any ($1::bigint[]) order by a.id for no key update',
        values: [arr(needs)],
      }),
    ])
  })
  await run('direct 7', async (needs) => {
    await Promise.all([
      client.query('begin'),
      client.query({
        name: 'f',
        text: 'select id, currency, scale, posted, credit_limit, last_entry, updated_at from florin.accounts a where a.id = any ($1::bigint[]) order by a.id for no key update',
        values: [arr(needs)],
      }),
    ])
  })
  await run('no lock', async (needs) => {
    await Promise.all([
      client.query('begin'),
      client.query({
        name: 'g',
        text: 'select id, currency, scale, posted, credit_limit, last_entry, updated_at from florin.accounts a where a.id = any ($1::bigint[]) order by a.id',
        values: [arr(needs)],
      }),
    ])
  })
}
await w.close()
