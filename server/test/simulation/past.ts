/** Balances as they were at some moment, by either clock, against a fold over all lines of the second ledger. */
import assert from 'node:assert/strict'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import { fromMicros, toMicros, type Instant } from '#core/instant.ts'
import type { LedgerClock } from '#ports/history-reader.ts'
import type { Ledger } from '../stores.ts'
import type { SecondLedger } from './second-ledger.ts'
import type { Line } from './second-rules.ts'

/** Of so many batches one is followed by a look at all accounts. */
const TRIAL_BALANCE = 40
const STATEMENT_LINES = 20
const END = '9999-12-31T00:00:00.000000Z' as Instant

/** Looks at one account at one moment, and now and then at all of them. */
export async function checkPast(store: Ledger, second: SecondLedger, random: () => number): Promise<void> {
  const accounts = [...second.lines]
  const found = accounts[Math.floor(random() * accounts.length)]
  if (found === undefined) return
  const [id, lines] = found
  const line = lines[Math.floor(random() * lines.length)] as Line
  const clock: LedgerClock = random() < 0.5 ? 'recorded' : 'effective'
  // At a line's very time, just before it or just after it: there the answer changes.
  const at = fromMicros(toMicros(timeOf(line, clock)) + BigInt(Math.floor(random() * 3) - 1))
  const where = `account ${id} at ${at} (${clock})`
  assert.deepEqual(
    await store.balanceAt(id, at, clock),
    fold(lines, (one) => timeOf(one, clock) <= at),
    where,
  )
  await checkStatement(store, { id, lines, from: at, clock })
  if (random() < 1 / TRIAL_BALANCE) await checkTrialBalance(store, second, { id, at, clock })
}

function timeOf(line: Line, clock: LedgerClock): Instant {
  return clock === 'recorded' ? line.at : line.effectiveAt
}

function fold(lines: readonly Line[], counts: (line: Line) => boolean): { posted: bigint; debited: bigint } {
  let { posted, debited } = { posted: 0n, debited: 0n }
  for (const line of lines) {
    if (!counts(line)) continue
    posted += line.amount
    if (line.amount < 0n) debited -= line.amount
  }
  return { posted, debited }
}

interface Statement {
  readonly id: AccountId
  readonly lines: readonly Line[]
  readonly from: Instant
  readonly clock: LedgerClock
}

/** The first lines of a statement are the first by its clock, and each leaves what all up to it come to. */
async function checkStatement(store: Ledger, { id, lines, from, clock }: Statement): Promise<void> {
  const where = `statement of account ${id} from ${from} (${clock})`
  const period = { accountId: id, clock, from, to: END }
  const { lines: shown, ...around } = await store.readStatement({ ...period, limit: STATEMENT_LINES })
  const opening = fold(lines, (line) => timeOf(line, clock) < from)
  assert.deepEqual(around, { opening, closing: fold(lines, () => true) }, where)
  const numbered = lines.map((line, i) => ({ line, number: BigInt(i + 1), time: timeOf(line, clock) }))
  const expected = numbered
    .sort((a, b) => (a.time === b.time ? Number(a.number - b.number) : a.time < b.time ? -1 : 1))
    .filter(({ time }) => time >= from)
    .slice(0, STATEMENT_LINES)
  let balance = opening.posted
  assert.deepEqual(
    shown.map(({ number, amount, balanceAfter }) => ({ number, amount, balanceAfter })),
    expected.map(({ line: { amount }, number }) => ({ number, amount, balanceAfter: (balance += amount) })),
    where,
  )
}

async function checkTrialBalance(
  store: Ledger,
  { tallies, lines }: SecondLedger,
  { id, at, clock }: { readonly id: AccountId; readonly at: Instant; readonly clock: LedgerClock },
): Promise<void> {
  const currency = tallies.get(id)?.currency ?? ''
  const balances = await store.listBalancesAt({
    currency: currency as CurrencyCode,
    at,
    clock,
    limit: tallies.size,
  })
  assert.equal(
    balances.reduce((sum, { posted }) => sum + posted, 0n),
    0n,
    `all balances in ${currency} summed to zero at ${at}, too`,
  )
  const expected = [...tallies.values()]
    .filter((tally) => tally.currency === currency)
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
    .map((tally) => fold(lines.get(tally.id) ?? [], (line) => timeOf(line, clock) <= at).posted)
  assert.deepEqual(
    balances.map(({ posted }) => posted),
    expected,
  )
}
