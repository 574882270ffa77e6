import assert from 'node:assert/strict'
import test from 'node:test'
import { parseCurrencyCode } from './currency.ts'

test('a currency code is 3 to 16 of A-Z, 0-9 and _, the first a letter', () => {
  for (const text of ['EUR', 'XXX', 'BTC', 'POINTS', 'A_1', 'A23456789_123456']) {
    assert.deepEqual(parseCurrencyCode(text), { ok: true, value: text })
  }
  for (const text of [
    '',
    'EU',
    'eur',
    'Eur',
    '1EU',
    '_EU',
    'A23456789_1234567',
    'EUR ',
    ' EUR',
    'EUR\n',
    'E-R',
    'ÉUR',
    'ЕUR',
  ]) {
    assert.equal(parseCurrencyCode(text).ok, false, text)
  }
})
