/** Runs a row of the table: hands its batches on and says what came of them in the words of the table. */
import type { Command, Outcome } from '#core/command.ts'
import type { CurrencyCode } from '#core/currency.ts'
import { formatAmount } from '#core/money.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { toCommand } from '../shorthand.ts'
import type { Ledger } from '../stores.ts'
import type { LedgerCase } from './ledger-cases.ts'

/** One batch of a case: its commands, and what should come of them. */
export interface CaseBatch {
  readonly lines: readonly string[]
  readonly commands: readonly Command[]
  readonly expected: readonly string[]
}

/** A second between batches: what happened in one can be told from what happened in the next. */
const BATCH_MICROS = 1_000_000

/** The batches of a case, with the model's answers; the model is left as the case leaves it. */
export async function runOnModel({ given = [], when }: LedgerCase): Promise<{
  readonly model: Ledger
  readonly batches: readonly CaseBatch[]
  readonly outcomes: readonly (readonly Outcome[])[]
}> {
  const clock = createTestClock()
  const model = createMemoryStore({ clock, sha256 })
  const ids = createTestIds()
  const batches: CaseBatch[] = []
  const outcomes: (readonly Outcome[])[] = []
  for (const batch of [...given.map((line) => [`${line} -> ok`]), ...when.map((line) => [line].flat())]) {
    clock.turn(BATCH_MICROS)
    const lines = batch.map((line) => line.split(' -> ')[0] as string)
    const commands: Command[] = []
    for (const line of lines) commands.push(toCommand(await withExternals(model, line), ids))
    batches.push({ lines, commands, expected: batch.map((line) => line.split(' -> ')[1] as string) })
    outcomes.push(await model.post(commands))
  }
  return { model, batches, outcomes }
}

/** Posts the batches at the times at which the model had them. */
export async function runOnStore(
  store: Pick<Ledger, 'post'>,
  clock: TestClock,
  batches: readonly CaseBatch[],
): Promise<(readonly Outcome[])[]> {
  const outcomes: (readonly Outcome[])[] = []
  for (const { commands } of batches) {
    clock.turn(BATCH_MICROS)
    outcomes.push(await store.post(commands))
  }
  return outcomes
}

/** An outcome in the words of the table. */
export function inWords(outcome: Outcome): string {
  if (outcome.kind === 'accepted') return outcome.replayed ? 'again' : 'ok'
  const { code, field } = outcome.refusal
  return [code, field, outcome.replayed ? 'again' : null].filter((word) => word !== null).join(' ')
}

/** An account's line under `balances`, for the account that the expected line is about. */
export async function balanceLine(store: Ledger, expected: string): Promise<string> {
  const [word = ''] = expected.split(' ')
  const id = (await withExternals(store, word)) as Parameters<Ledger['findAccount']>[0]
  const account = await store.findAccount(id)
  if (account === undefined) return `${word} is not there`
  const { posted, scale, currency, lastEntry } = account
  return `${word} ${formatAmount(posted, scale)} ${currency} ${lastEntry}`
}

/** `@EUR` is the external account of EUR. */
async function withExternals(ledger: Ledger, line: string): Promise<string> {
  let text = line
  for (const [, code] of line.matchAll(/(?<=^|[\s>])@([A-Z]+)/g)) {
    const currency = await ledger.findCurrency(code as CurrencyCode)
    if (currency?.externalAccountId == null) throw new Error(`${code} has no external account: ${line}`)
    text = text.replace(`@${code}`, currency.externalAccountId)
  }
  return text
}
