/** Runs a row of the table: hands its batches on and says what came of them in the words of the table. */
import type { AccountBalance } from '#core/account.ts'
import type { Command, Outcome } from '#core/command.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { formatAmount } from '#core/money.ts'
import type { LedgerStore } from '#ports/ledger-store.ts'
import { createBareLedger, type BareLedger } from '../bare-ledger.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { toMoment } from '../shorthand-words.ts'
import { toCommand } from '../shorthand.ts'
import type { LedgerCase } from './ledger-cases/ledger-case.ts'

/** One batch of a case: when it comes, its commands, and what should come of them. */
interface CaseBatch {
  readonly at: Instant
  readonly lines: readonly string[]
  readonly commands: readonly Command[]
  readonly expected: readonly string[]
}

/** A case as the decide functions have it. */
export interface CaseRun {
  /** As the case leaves it. */
  readonly ledger: BareLedger
  readonly batches: readonly CaseBatch[]
  readonly outcomes: readonly (readonly Outcome[])[]
}

/** A second between batches: what happened in one can be told from what happened in the next. */
const BATCH_MICROS = 1_000_000

/** Decides a case. */
export function runCase({ given = [], when }: LedgerCase): CaseRun {
  const clock = createTestClock()
  const ledger = createBareLedger(clock)
  const ids = createTestIds()
  const batches: CaseBatch[] = []
  const outcomes: (readonly Outcome[])[] = []
  clock.turn(BATCH_MICROS)
  for (const batch of [
    ...given.map((line) => (isMoment(line) || line.includes(' -> ') ? line : `${line} -> ok`)),
    ...when,
  ]) {
    if (typeof batch === 'string' && isMoment(batch)) {
      clock.turnTo(toMoment(batch.slice('at '.length)))
      continue
    }
    const rows = [batch].flat()
    const lines = rows.map((row) => row.split(' -> ')[0] as string)
    const commands = lines.map((line) => toCommand(withExternals(ledger, line), ids))
    const expected = rows.map((row) => row.split(' -> ')[1] as string)
    batches.push({ at: clock.now(), lines, commands, expected })
    outcomes.push(ledger.post(commands))
    clock.turn(BATCH_MICROS)
  }
  return { ledger, batches, outcomes }
}

function isMoment(line: string): boolean {
  return line.startsWith('at ')
}

/** Posts the batches to a store, at the times at which they were decided. */
export async function runOnStore(
  store: LedgerStore,
  clock: TestClock,
  batches: readonly CaseBatch[],
): Promise<(readonly Outcome[])[]> {
  const outcomes: (readonly Outcome[])[] = []
  for (const { at, commands } of batches) {
    clock.turnTo(at)
    outcomes.push(await store.post(commands))
  }
  return outcomes
}

/** Outcomes of the batches in the words of the table, line by line. */
export function toLines(batches: readonly CaseBatch[], outcomes: readonly (readonly Outcome[])[]): string[] {
  return batches.flatMap(({ lines }, i) => lines.map((line, j) => `${line} -> ${inWords(outcomes[i]?.[j])}`))
}

/** What the table says, line by line. */
export function expectedLines(batches: readonly CaseBatch[]): string[] {
  return batches.flatMap(({ lines, expected }) => lines.map((line, i) => `${line} -> ${expected[i]}`))
}

/** An outcome in the words of the table. */
export function inWords(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing'
  const again = outcome.replayed ? ['again'] : []
  if (outcome.kind === 'rejected') {
    const { code, field } = outcome.refusal
    return [code, ...(field === null ? [] : [field]), ...again].join(' ')
  }
  if (outcome.made === 'simulation') return ['would', inWords(outcome.result.outcome), ...again].join(' ')
  if (outcome.made === 'approval') return [outcome.result.status, ...again].join(' ')
  return outcome.replayed ? 'again' : 'ok'
}

/** The account that a line under `balances` is about. */
export function accountOf({ ledger }: CaseRun, line: string): AccountId {
  return withExternals(ledger, line).split(' ')[0] as AccountId
}

/** What the line would have to say of this account. */
export function balanceLine(line: string, account: AccountBalance | undefined): string {
  const [word = ''] = line.split(' ')
  if (account === undefined) return `${word} is not there`
  const { posted, held, incoming, scale, currency, lastEntry } = account
  return [
    `${word} ${formatAmount(posted, scale)} ${currency} ${lastEntry}`,
    ...(held === 0n ? [] : [`held=${formatAmount(held, scale)}`]),
    ...(incoming === 0n ? [] : [`incoming=${formatAmount(incoming, scale)}`]),
  ].join(' ')
}

/** `@EUR` is the external account of EUR. */
function withExternals({ state }: BareLedger, line: string): string {
  return line.replaceAll(/(?<=^|[\s>=])@([A-Z]+)/g, (_, code: string) => {
    const id = state.currencies.get(code as CurrencyCode)?.externalAccountId
    if (id == null) throw new Error(`${code} has no external account: ${line}`)
    return id
  })
}
