import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCurrencyCode, type CurrencyCode } from '#core/currency.ts'
import { SCALE_MAX } from '#core/money.ts'
import { createIso4217Catalog } from './catalog.ts'

const catalog = createIso4217Catalog()

test('scales are those of ISO 4217', () => {
  const scales = { JPY: 0, KRW: 0, EUR: 2, USD: 2, XOF: 0, KWD: 3, TND: 3, CLF: 4, UYW: 4, XCG: 2, ZWG: 2 }
  for (const [code, scale] of Object.entries(scales)) {
    assert.equal(catalog.find(code as CurrencyCode)?.scale, scale, code)
  }
})

test('what cannot hold money is not listed', () => {
  for (const code of ['XAU', 'XDR', 'XTS', 'XXX', 'POINTS', 'eur', '__proto__']) {
    assert.equal(catalog.find(code as CurrencyCode), undefined, code)
  }
})

test('every currency is one that the core takes, once', () => {
  const list = catalog.list()
  assert.ok(list.length > 150)
  assert.equal(new Set(list.map(({ code }) => code)).size, list.length)
  for (const { code, scale, name } of list) {
    assert.ok(parseCurrencyCode(code).ok && scale <= SCALE_MAX && name.length > 0, code)
  }
})
