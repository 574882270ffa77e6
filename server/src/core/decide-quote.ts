// The rules of quotes: an exchange at the quoted rate, once, in time, through the operator's accounts.
import type { ConvertQuote, CreateQuote, OutcomeOf, Rejected } from './command.ts'
import { moveMoney } from './decide-transfer.ts'
import { putQuote, type Draft } from './draft.ts'
import { quoteFact } from './facts.ts'
import { accepted, rejected } from './outcome.ts'
import type { Quote, QuoteSide } from './quote.ts'

/** Makes a quote, or refuses: expires_at_in_past, account_not_found, currency_mismatch (of the operator's accounts). */
export function decideCreateQuote(draft: Draft, command: CreateQuote): OutcomeOf<CreateQuote> {
  const { id, sell, buy, rate, rounding, expiresAt, principal } = command
  const { at } = draft.changes
  if (expiresAt <= at) return rejected('expires_at_in_past', 'expires_at', `it is ${at} now`)
  const refusal =
    missingAccount(draft, sell, 'sell') ??
    missingAccount(draft, buy, 'buy') ??
    otherCurrency(draft, sell, 'sell') ??
    otherCurrency(draft, buy, 'buy')
  if (refusal !== null) return refusal

  const quote: Quote = { id, sell, buy, rate, rounding, expiresAt, transferId: null, createdAt: at }
  putQuote(draft, quote)
  draft.changes.facts.push(quoteFact(principal, quote))
  return accepted('quote', quote)
}

function missingAccount({ state }: Draft, { account }: QuoteSide, side: string): Rejected | null {
  return state.accounts.has(account)
    ? null
    : rejected('account_not_found', `${side}.account`, `account ${account} does not exist`)
}

function otherCurrency(
  { state }: Draft,
  { account: id, currency }: QuoteSide,
  side: string,
): Rejected | null {
  const found = state.accounts.get(id)?.currency
  return found === currency
    ? null
    : rejected('currency_mismatch', `${side}.account`, `account ${id} is in ${found}, not ${currency}`)
}

/**
 * Carries a quote out as one transfer of two postings, or refuses: quote_not_found, quote_used, quote_expired; and,
 * recorded as a failed transfer, whatever `moveMoney` refuses.
 */
export function decideConversion(draft: Draft, command: ConvertQuote): OutcomeOf<ConvertQuote> {
  const { quoteId, source, destination, transferId, reference, metadata, principal } = command
  const { at } = draft.changes
  const quote = draft.state.quotes.get(quoteId)
  if (quote === undefined) return rejected('quote_not_found', 'quote_id', `quote ${quoteId} does not exist`)
  if (quote.transferId !== null) {
    return rejected('quote_used', 'quote_id', `transfer ${quote.transferId} has converted quote ${quoteId}`)
  }
  if (at >= quote.expiresAt) {
    return rejected('quote_expired', 'quote_id', `quote ${quoteId} expired at ${quote.expiresAt}`)
  }

  const { sell, buy } = quote
  const movement = {
    id: transferId,
    reference,
    metadata,
    origin: { kind: 'conversion' as const, quoteId },
    createdAt: at,
    effectiveAt: at,
  }
  const outcome = moveMoney(draft, principal, movement, [
    posting({ source, destination: sell.account }, sell),
    posting({ source: buy.account, destination }, buy),
  ])
  if (outcome.kind === 'accepted') putQuote(draft, { ...quote, transferId })
  return outcome
}

function posting(
  accounts: Pick<ConvertQuote, 'source' | 'destination'>,
  { amount, currency, scale }: QuoteSide,
) {
  return { ...accounts, amount, currency, scale, role: null }
}
