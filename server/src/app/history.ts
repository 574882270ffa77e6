// Use cases of what was: balances of a moment, statements of a period, and the proof that a currency sums to zero.
import type { Account } from '#core/account.ts'
import type { Currency } from '#core/currency.ts'
import { invalidField } from '#core/errors.ts'
import type { AccountId } from '#core/ids.ts'
import { fromMicros, laterOf, toMicros, type Instant } from '#core/instant.ts'
import type { Clock } from '#ports/clock.ts'
import type {
  AccountAt,
  HistoryReader,
  LedgerClock,
  Period,
  StatementPosition,
} from '#ports/history-reader.ts'
import type { StatementLine } from '#ports/ledger-reader.ts'

/** The two times by which movements count. */
export const ledgerClocks = ['effective', 'recorded'] as const satisfies readonly LedgerClock[]

/** Rows read at once. */
const PAGE_SIZE = 1000
/** How often a trial balance is taken again because something was recorded while it was. */
const TRIALS_MAX = 5
const EPOCH = '1970-01-01T00:00:00.000000Z' as Instant

/** A moment by one of the clocks; null is now. */
export interface Moment {
  readonly at: Instant | null
  readonly clock: LedgerClock
}

/** A period; null is from the beginning, or up to now. */
interface PeriodRequest {
  readonly clock: LedgerClock
  readonly from: Instant | null
  readonly to: Instant | null
}

/** What a period came to, in minor units. */
export interface StatementTotals {
  readonly opening: bigint
  readonly closing: bigint
  readonly debits: bigint
  readonly credits: bigint
}

/** What a period came to, and lines of it, oldest first. */
interface Statement<Lines> extends StatementTotals {
  readonly lines: Lines
}

/** All accounts of a currency at a moment, in minor units. */
interface TrialBalance {
  readonly at: Instant
  readonly accounts: number
  /** What accounts are below zero, together, as a positive number. */
  readonly debits: bigint
  readonly credits: bigint
  /** What the external accounts have. */
  readonly external: bigint
}

type StatementPageRequest = Period & { readonly after?: StatementPosition; readonly limit: number }

/** Reads what was. */
export interface History {
  /** What the account had. Throws a validation error for an `at` in the future. */
  balanceAt(account: Account, moment: Moment & { readonly at: Instant }): Promise<bigint>
  /** The period with its ends. Throws a validation error for a `to` that is not after `from`. */
  period(account: Account, request: PeriodRequest): Period
  /** At most `limit` lines after a position. */
  statementPage(account: Account, page: StatementPageRequest): Promise<Statement<readonly StatementLine[]>>
  /** All lines, in chunks. */
  statement(account: Account, period: Period): Promise<Statement<AsyncGenerator<readonly StatementLine[]>>>
  /** What all accounts of a currency had together: 0, or something is wrong. Throws for an `at` in the future. */
  trialBalance(currency: Currency, moment: Moment): Promise<TrialBalance>
  /** Every account of a currency, by id, in chunks. Throws for an `at` in the future. */
  allBalances(currency: Currency, moment: Moment): AsyncGenerator<readonly AccountAt[]>
}

/** Makes the use cases. */
export function createHistory({ reader, clock }: { reader: HistoryReader; clock: Clock }): History {
  async function balanceAt({ id }: Account, moment: Moment): Promise<bigint> {
    return (await reader.balanceAt(id, momentOf(moment), moment.clock)).posted
  }

  function momentOf({ at }: Moment): Instant {
    const now = clock.now()
    if (at !== null && at > now) throw invalidField('at', `must not be in the future: it is ${now} now`)
    return at ?? now
  }

  function period({ updatedAt }: Account, { clock: by, from, to }: PeriodRequest): Period {
    const start = from ?? EPOCH
    // A period ends before its end: up to now is up to the microsecond after.
    const end = to ?? fromMicros(toMicros(laterOf(clock.now(), updatedAt)) + 1n)
    if (end <= start) throw invalidField('to', `must be after ${start}`)
    return { clock: by, from: start, to: end }
  }

  async function statementPage({ id }: Account, page: StatementPageRequest) {
    const { opening, closing, lines } = await reader.readStatement({ accountId: id, ...page })
    const debits = closing.debited - opening.debited
    const credits = closing.posted - opening.posted + debits
    return { opening: opening.posted, closing: closing.posted, debits, credits, lines }
  }

  async function statement(account: Account, asked: Period) {
    const first = await statementPage(account, { ...asked, limit: PAGE_SIZE })
    return { ...first, lines: chunks() }

    async function* chunks(): AsyncGenerator<readonly StatementLine[]> {
      for (let { lines } = first; ;) {
        yield lines
        const last = lines.at(-1)
        if (last === undefined || lines.length < PAGE_SIZE) return
        const after = positionOf(last, asked.clock)
        lines = (await statementPage(account, { ...asked, after, limit: PAGE_SIZE })).lines
      }
    }
  }

  async function trialBalance(currency: Currency, moment: Moment): Promise<TrialBalance> {
    const at = momentOf(moment)
    let sums = await sumUp(currency, { ...moment, at })
    // The pages are read one after the other, and what is being recorded meanwhile may fall between two of them.
    // Whatever stays the same when it is summed up again is so.
    for (let trial = 1; trial < TRIALS_MAX && sums.credits !== sums.debits; trial += 1) {
      const before = sums
      sums = await sumUp(currency, { ...moment, at })
      if (sums.credits === before.credits && sums.debits === before.debits) break
    }
    return { at, ...sums }
  }

  async function sumUp(currency: Currency, moment: Moment): Promise<Omit<TrialBalance, 'at'>> {
    let [accounts, debits, credits, external] = [0, 0n, 0n, 0n]
    for await (const page of allBalances(currency, moment)) {
      accounts += page.length
      for (const { kind, posted } of page) {
        if (posted < 0n) debits -= posted
        else credits += posted
        if (kind === 'external') external += posted
      }
    }
    return { accounts, debits, credits, external }
  }

  async function* allBalances(currency: Currency, moment: Moment): AsyncGenerator<readonly AccountAt[]> {
    const at = momentOf(moment)
    let after: AccountId | undefined
    for (;;) {
      const page = await reader.listBalancesAt({
        currency: currency.code,
        at,
        clock: moment.clock,
        limit: PAGE_SIZE,
        ...(after === undefined ? {} : { after }),
      })
      yield page
      if (page.length < PAGE_SIZE) return
      after = page.at(-1)?.id
    }
  }

  return {
    balanceAt,
    period,
    statementPage,
    statement,
    trialBalance,
    allBalances,
  }
}

/** Where a statement goes on after this line. */
export function positionOf(line: StatementLine, clock: LedgerClock): StatementPosition {
  return { at: clock === 'effective' ? line.effectiveAt : line.createdAt, number: line.number }
}
