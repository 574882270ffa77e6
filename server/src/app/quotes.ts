// Use cases of exchange: a quote at the rate of now, open for a while, and its conversion.
import type { ConvertQuote, CreateQuote, OutcomeOf } from '#core/command.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import { AppError, invalidField } from '#core/errors.ts'
import type { AccountId, QuoteId } from '#core/ids.ts'
import { addSeconds } from '#core/instant.ts'
import type { Metadata } from '#core/metadata.ts'
import { MINOR_MAX } from '#core/money.ts'
import { bought, sold, type QuoteSide } from '#core/quote.ts'
import type { Clock } from '#ports/clock.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { RateSource } from '#ports/rate-source.ts'
import { readPositiveAmount } from './amounts.ts'
import type { CommandBatcher } from './command-batcher.ts'
import type { CurrencyBook } from './currency-book.ts'
import { callerFields, type Caller } from './request.ts'
import type { ShownOutcomeOf } from './shown.ts'

/** What to exchange: one of the two amounts; the other one follows from the rate. */
export interface QuoteRequest {
  readonly sell: CurrencyCode
  readonly buy: CurrencyCode
  readonly given: { readonly side: 'sell' | 'buy'; readonly amount: string }
}

/** Between which accounts to exchange. */
interface ConversionRequest {
  readonly source: AccountId
  readonly destination: AccountId
  readonly reference: string | null
  readonly metadata: Metadata
}

/** Quotes and converts. */
export interface Quotes {
  /**
   * Throws a validation error for `sell_currency`, `buy_currency`, `sell_amount` and `buy_amount`, and a domain error
   * `fx_rate_missing` or `fx_account_missing` for what the operator does not exchange.
   */
  create(caller: Caller, request: QuoteRequest): Promise<OutcomeOf<CreateQuote>>
  convert(caller: Caller, id: QuoteId, request: ConversionRequest): Promise<ShownOutcomeOf<ConvertQuote>>
}

/** Makes the use cases. */
export function createQuotes(deps: {
  readonly batcher: CommandBatcher
  readonly currencies: CurrencyBook
  readonly clock: Clock
  readonly rates: RateSource
  /** The operator's account in each currency that is exchanged. */
  readonly accounts: ReadonlyMap<CurrencyCode, AccountId>
  /** How long a quote stays open. */
  readonly quoteSeconds: number
  readonly ids: IdSource
  readonly digest: HexDigest
}): Quotes {
  const { batcher, currencies, clock, rates, accounts, quoteSeconds, ids, digest } = deps

  async function create(caller: Caller, request: QuoteRequest): Promise<OutcomeOf<CreateQuote>> {
    const sell = await currencies.resolve(request.sell, 'sell_currency')
    const buy = await currencies.resolve(request.buy, 'buy_currency')
    if (sell.code === buy.code)
      throw invalidField('buy_currency', 'must be another currency than sell_currency')
    const { side } = request.given
    const field = `${side}_amount`
    const given = readPositiveAmount(field, request.given.amount, (side === 'sell' ? sell : buy).scale)
    const rate = rates.find(sell.code, buy.code)
    if (rate === undefined) {
      throw missing(
        'fx_rate_missing',
        'buy_currency',
        `there is no rate for ${sell.code}/${buy.code} (FLORIN_FX_RATES)`,
      )
    }
    const sellAmount = side === 'sell' ? given : sold(given, rate, sell.scale, buy.scale)
    const buyAmount = side === 'buy' ? given : bought(given, rate, sell.scale, buy.scale)
    if (buyAmount === 0n) throw invalidField(field, `is too little: it buys no ${buy.code} at all`)
    if (sellAmount > MINOR_MAX || buyAmount > MINOR_MAX) {
      throw invalidField(field, 'is too much: the other amount would have more than 38 digits')
    }
    const asked = { kind: 'create_quote', sell: sell.code, buy: buy.code, side, amount: given.toString() }
    return await batcher.submit({
      kind: 'create_quote',
      ...callerFields(caller, asked, digest),
      id: ids.quoteId(),
      sell: sideOf(sell, sellAmount, 'sell_currency'),
      buy: sideOf(buy, buyAmount, 'buy_currency'),
      rate,
      rounding: side === 'sell' ? 'down' : 'up',
      expiresAt: addSeconds(clock.now(), quoteSeconds),
    })
  }

  function sideOf({ code: currency, scale }: Currency, amount: bigint, field: string): QuoteSide {
    const account = accounts.get(currency)
    if (account !== undefined) return { currency, scale, amount, account }
    throw missing(
      'fx_account_missing',
      field,
      `there is no account to exchange ${currency} through (FLORIN_FX_ACCOUNTS)`,
    )
  }

  async function convert(
    caller: Caller,
    quoteId: QuoteId,
    request: ConversionRequest,
  ): Promise<ShownOutcomeOf<ConvertQuote>> {
    const { source, destination, reference, metadata } = request
    const asked = { kind: 'convert_quote', quoteId, source, destination, reference, metadata }
    return await batcher.submit({
      kind: 'convert_quote',
      ...callerFields(caller, asked, digest),
      quoteId,
      source,
      destination,
      transferId: ids.transferId(),
      reference,
      metadata,
    })
  }

  return { create, convert }
}

function missing(code: 'fx_rate_missing' | 'fx_account_missing', field: string, message: string): AppError {
  return new AppError('domain', message, { code, fields: [{ field, message }] })
}
