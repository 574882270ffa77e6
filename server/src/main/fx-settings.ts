// The settings of exchange: small tables, written in one line.
import { z } from 'zod'
import type { FixedRate } from '#adapters/rates-fixed/rates.ts'
import { parseCurrencyCode, type CurrencyCode } from '#core/currency.ts'
import { parseAccountId, type AccountId } from '#core/ids.ts'
import { parsed, problem, type Parsed } from '#core/parsed.ts'

const DECIMAL = /^([0-9]{1,18})(?:\.([0-9]{1,18}))?$/

/** Reads `EUR/USD=1.0850, USD/JPY=150.25`: so much of the second for one of the first, exactly. */
export const fxRates = z.string().transform((text, ctx): readonly FixedRate[] => {
  const rates = readTable(text, readRate, ({ sell, buy }) => `${sell}/${buy}`)
  if (rates.ok) return rates.value
  ctx.issues.push({ code: 'custom', message: rates.problem, input: text })
  return z.NEVER
})

/** Reads `EUR=9001, USD=9002`: the operator's account in each currency. */
export const fxAccounts = z.string().transform((text, ctx): ReadonlyMap<CurrencyCode, AccountId> => {
  const accounts = readTable(text, readAccount, ([currency]) => currency)
  if (accounts.ok) return new Map(accounts.value)
  ctx.issues.push({ code: 'custom', message: accounts.problem, input: text })
  return z.NEVER
})

function readTable<Row>(
  text: string,
  read: (left: string, right: string) => Parsed<Row>,
  nameOf: (row: Row) => string,
): Parsed<readonly Row[]> {
  const rows: Row[] = []
  for (const item of text.split(',').map((part) => part.trim())) {
    if (item === '') continue
    const [left = '', right = '', ...more] = item.split('=').map((part) => part.trim())
    const row = more.length > 0 ? problem('has = twice') : read(left, right)
    if (!row.ok) return problem(`${row.problem}, at ${JSON.stringify(item.slice(0, 60))}`)
    if (rows.some((other) => nameOf(other) === nameOf(row.value))) return problem(`must have ${left} once`)
    rows.push(row.value)
  }
  return parsed(rows)
}

function readRate(pair: string, decimal: string): Parsed<FixedRate> {
  const [sellText = '', buyText = ''] = pair.split('/')
  const [sell, buy] = [parseCurrencyCode(sellText), parseCurrencyCode(buyText)]
  const [, whole, fraction = ''] = DECIMAL.exec(decimal) ?? []
  if (!sell.ok || !buy.ok || pair !== `${sellText}/${buyText}` || whole === undefined) {
    return problem('must be rates such as EUR/USD=1.0850, USD/JPY=150.25')
  }
  const numerator = BigInt(whole + fraction)
  if (numerator === 0n || sell.value === buy.value) {
    return problem('must be rates above 0 between two currencies')
  }
  const denominator = 10n ** BigInt(fraction.length)
  const shared = greatestDivisor(numerator, denominator)
  const rate = { numerator: numerator / shared, denominator: denominator / shared }
  return parsed({ sell: sell.value, buy: buy.value, rate })
}

function readAccount(code: string, digits: string): Parsed<[CurrencyCode, AccountId]> {
  const [currency, account] = [parseCurrencyCode(code), parseAccountId(digits)]
  return currency.ok && account.ok
    ? parsed([currency.value, account.value])
    : problem('must be accounts such as EUR=9001, USD=9002')
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b)
}
