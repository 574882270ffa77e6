import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CurrencyCode } from '#core/currency.ts'
import { createFixedRates } from './rates.ts'

const line = (sell: string, buy: string, numerator: bigint, denominator: bigint) => ({
  sell: sell as CurrencyCode,
  buy: buy as CurrencyCode,
  rate: { numerator, denominator },
})

test('a listed pair has its rate, and the way back its exact reciprocal', () => {
  const rates = createFixedRates([line('EUR', 'USD', 217n, 200n)])
  assert.deepEqual(rates.find('EUR' as CurrencyCode, 'USD' as CurrencyCode), {
    numerator: 217n,
    denominator: 200n,
  })
  assert.deepEqual(rates.find('USD' as CurrencyCode, 'EUR' as CurrencyCode), {
    numerator: 200n,
    denominator: 217n,
  })
  assert.equal(rates.find('EUR' as CurrencyCode, 'JPY' as CurrencyCode), undefined)
})

test('a way back of its own comes first', () => {
  const table = [line('USD', 'EUR', 9n, 10n), line('EUR', 'USD', 217n, 200n)]
  for (const listed of [table, table.toReversed()]) {
    const rates = createFixedRates(listed)
    assert.deepEqual(rates.find('USD' as CurrencyCode, 'EUR' as CurrencyCode), {
      numerator: 9n,
      denominator: 10n,
    })
  }
})
