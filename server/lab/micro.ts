import { decideBatch } from '#core/decide-batch.ts'
import { needsOf, emptyWorkingSet } from '#core/working-set.ts'
import { toApplyParameters } from '#adapters/store-postgres/apply.ts'
import { toLine } from '#core/journal-page.ts'
import { merkleRoot } from '#core/merkle.ts'
import { canonicalJson } from '#core/canonical-json.ts'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { systemClock } from '#adapters/runtime-node/clock.ts'
import { randomIds } from '#adapters/runtime-node/id-source.ts'
import { postingsJson } from '#core/facts.ts'
const N = 1000
const now = systemClock.now()
const mkState = () => {
  const s = emptyWorkingSet()
  for (let i = 0; i < 2 * N; i++)
    s.accounts.set(
      String(100000 + i) as any,
      {
        id: String(100000 + i),
        kind: 'standard',
        userId: null,
        currency: 'EUR',
        scale: 2,
        posted: 1000000n,
        creditLimit: 0n,
        lastEntry: 5n,
        metadata: {},
        version: 1,
        createdAt: now,
        updatedAt: now,
      } as any,
    )
  return s
}
const cmds = Array.from({ length: N }, (_, i) => ({
  kind: 'post_transfer',
  principal: 'anonymous',
  idempotency: null,
  id: randomIds.transferId(),
  idChosen: false,
  postings: [
    {
      source: String(100000 + 2 * i),
      destination: String(100001 + 2 * i),
      amount: 100n,
      currency: 'EUR',
      scale: 2,
    },
  ],
  reference: null,
  metadata: {},
})) as any
const bench = (name: string, f: () => unknown) => {
  let best = 1e9
  for (let i = 0; i < 300; i++) {
    const s = performance.now()
    f()
    best = Math.min(best, performance.now() - s)
  }
  console.log(name.padEnd(20), ((best * 1000) / N).toFixed(2), 'us')
}
let st = mkState()
let d = decideBatch(st, cmds, now)
bench('mkState', mkState)
bench('needs', () => needsOf(cmds))
bench('decide(+mkState)', () => decideBatch(mkState(), cmds, now))
const lines = d.changes.facts.map(toLine)
bench('lines', () => d.changes.facts.map(toLine))
bench('JSON.stringify', () => d.changes.facts.map((f) => JSON.stringify(f)))
bench('merkle', () => merkleRoot(lines, sha256))
bench('sha leafs', () => lines.map((l) => sha256('\0' + l)))
bench('postings', () => d.changes.transfers.map((t) => canonicalJson(postingsJson(t.postings))))
bench('postingsObj', () => d.changes.transfers.map((t) => postingsJson(t.postings)))
bench('params', () => toApplyParameters('x', d.changes, sha256))
