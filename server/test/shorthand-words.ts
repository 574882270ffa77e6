/** What the words of a shorthand line stand for: amounts, currencies, moments, ids, the rules of a policy. */
import { fromMicros, toMicros, type Instant } from '#core/instant.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import type {
  AccountId,
  ApiKeyId,
  HoldId,
  PolicyId,
  QuoteId,
  SessionId,
  TransferId,
  UserId,
} from '#core/ids.ts'
import { parseAmount } from '#core/money.ts'
import type { FeeRule, PolicyRules, VelocityRule, VelocityWindow } from '#core/policy.ts'
import { velocityWindows } from '#core/policy.ts'
import type { Posting } from '#core/transfer.ts'
import { wordUuid } from './ids.ts'

const SCALES: Readonly<Record<string, number>> = { EUR: 2, USD: 2, JPY: 0, XXX: 8, ETH: 18 }

/** A line's words: the plain ones in order, `name=value` and `m:name=value` by name. */
export interface Words {
  readonly plain: readonly string[]
  readonly named: ReadonlyMap<string, string>
  readonly metadata: Readonly<Record<string, string>>
}

/** Takes a line apart. A comma after a word is for the eye. */
export function readWords(line: string): Words {
  const plain: string[] = []
  const named = new Map<string, string>()
  const metadata: [string, string][] = []
  for (const word of line.split(/,?\s+/)) {
    const [, name, value] = /^(\w+|m:[^=]+)=(.*)$/.exec(word) ?? []
    if (name === undefined || value === undefined) plain.push(word)
    else if (name.startsWith('m:')) metadata.push([name.slice(2), value])
    else named.set(name, value)
  }
  return { plain, named, metadata: Object.fromEntries(metadata) }
}

/** The user that a word stands for. */
export function userOf(word: string): UserId {
  return wordUuid(word) as UserId
}

/** The transfer that a word stands for. */
export function transferOf(word: string): TransferId {
  return wordUuid(word) as TransferId
}

/** The hold that a word stands for. */
export function holdOf(word: string): HoldId {
  return wordUuid(word) as HoldId
}

/** The policy that a word stands for. */
export function policyOf(word: string): PolicyId {
  return wordUuid(word) as PolicyId
}

/** The quote that a word stands for. */
export function quoteOf(word: string): QuoteId {
  return wordUuid(word) as QuoteId
}

/** The API key that a word stands for. */
export function apiKeyOf(word: string): ApiKeyId {
  return wordUuid(word) as ApiKeyId
}

/** The session that a word stands for. */
export function sessionOf(word: string): SessionId {
  return wordUuid(word) as SessionId
}

/** Source and destination of `1>2`. */
export function toAccounts(text: string): Pick<Posting, 'source' | 'destination'> {
  const [source, destination] = text.split('>') as AccountId[]
  return { source: source as AccountId, destination: destination as AccountId }
}

/** Minor units of an amount. */
export function minor(text: string, currency: string): bigint {
  const negative = text.startsWith('-')
  const amount = parseAmount(negative ? text.slice(1) : text, scaleOf(currency))
  if (!amount.ok) throw new Error(`${text} ${currency} ${amount.problem}`)
  return negative ? -amount.value : amount.value
}

/** `JPY/2` is JPY as somebody with a wrong table would have it, at scale 2. */
export function toCurrency(text: string): Currency {
  const [code = ''] = text.split('/')
  return { code: code as CurrencyCode, scale: scaleOf(text), name: code }
}

function scaleOf(text: string): number {
  const [code = '', scale] = text.split('/')
  return scale === undefined ? (SCALES[code] ?? 3) : Number(scale)
}

const MOMENT = /^(?:(\d\d-\d\d)T)?(\d\d:\d\d)(:\d\d)?(\.\d{6})?$/

/** A moment of the tests' year: `01:00`, `01:00:30`, `01:00:30.000001`, `02-28T12:00`. Without a day it is 1 January. */
export function toMoment(text: string): Instant {
  const [, day = '01-01', minutes, seconds = ':00', micros = '.000000'] = MOMENT.exec(text) ?? []
  if (minutes === undefined) throw new Error(`no moment: ${text}`)
  return fromMicros(toMicros(`2026-${day}T${minutes}${seconds}${micros}Z` as Instant))
}

/** The rules that words such as `floor=1.00 day=100.00/5 fee=9:0.10+50bp` stand for. */
export function toRules(named: ReadonlyMap<string, string>, currency: string): PolicyRules {
  const amount = (name: string): bigint | null => {
    const text = named.get(name)
    return text === undefined ? null : minor(text, currency)
  }
  const allowed = named.get('to')
  const fee = named.get('fee')
  return {
    floor: amount('floor'),
    creditLimit: amount('credit'),
    ceiling: amount('ceiling'),
    minimum: amount('min'),
    maximum: amount('max'),
    approvalAbove: amount('second'),
    velocity: velocityWindows.flatMap((window) => toVelocity(named.get(window), window, currency)),
    allowedDestinations: allowed === undefined ? null : (allowed.split(',').filter(Boolean) as AccountId[]),
    freeze: (named.get('freeze') ?? null) as PolicyRules['freeze'],
    fee: fee === undefined ? null : toFee(fee, currency),
  }
}

function toVelocity(text: string | undefined, window: VelocityWindow, currency: string): VelocityRule[] {
  if (text === undefined) return []
  const [amount = '', count = ''] = text.split('/')
  return [
    {
      window,
      amount: amount === '' ? null : minor(amount, currency),
      count: count === '' ? null : Number(count),
    },
  ]
}

const FEE = /^(\d+):(?:(\d+(?:\.\d+)?)(?:\+|(?=:|$)))?(?:(\d+)bp)?(?::(\d+(?:\.\d+)?)?\.\.(\d+(?:\.\d+)?)?)?$/

function toFee(text: string, currency: string): FeeRule {
  const [, account, fixed = '', basisPoints = '', minimum = '', maximum = ''] = FEE.exec(text) ?? []
  if (account === undefined) throw new Error(`no fee: ${text}`)
  return {
    account: account as AccountId,
    fixed: minor(fixed || '0', currency),
    basisPoints: Number(basisPoints),
    minimum: minor(minimum || '0', currency),
    maximum: maximum === '' ? null : minor(maximum, currency),
  }
}
