import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testSeed } from '#test/seed.ts'
import {
  formatAmount,
  formatAmountTrimmed,
  MINOR_MAX,
  parseAmount,
  parsePositiveAmount,
  SCALE_MAX,
} from './money.ts'

const seed = testSeed()
const NINES = '9'.repeat(38)

const READ: [text: string, scale: number, minor: bigint][] = [
  ['0', 2, 0n],
  ['0.00', 2, 0n],
  ['150', 2, 15000n],
  ['150.2', 2, 15020n],
  ['150.25', 2, 15025n],
  ['0.01', 2, 1n],
  ['1000', 0, 1000n],
  ['0.000000000000000001', 18, 1n],
  ['9007199254740993', 0, 9007199254740993n],
  [NINES, 0, MINOR_MAX],
  [`${'9'.repeat(36)}.99`, 2, MINOR_MAX],
  [`${'9'.repeat(20)}.${'9'.repeat(18)}`, 18, MINOR_MAX],
]

const NONSENSE = [
  ['', ' ', '.', '-', '+', '1.', '.5', '-1', '+1', '-0', '1e3', '1E3', '1e-2', '0x10', '0b1', '0o7', '1_000'],
  [
    '1,50',
    '1,000.00',
    '1.2.3',
    '01',
    '00',
    '00.5',
    ' 1',
    '1 ',
    '1\n',
    '\t1',
    '1\u0000',
    '1\u00a0',
    '\u22121',
  ],
  [
    'NaN',
    'Infinity',
    '-Infinity',
    'null',
    'undefined',
    'true',
    '[object Object]',
    '1n',
    '1/2',
    '50%',
    '€5',
    '$5',
  ],
  ['١٢', '１２', '1٫5', 'Ⅷ', '½', '²', '１.５', '0.-1', '1.+5', '1. 5', "'1'", '"1"', '1;--', '1f', '1d'],
].flat()

test('a plain decimal is read into minor units', () => {
  for (const [text, scale, minor] of READ)
    assert.deepEqual(parseAmount(text, scale), { ok: true, value: minor }, text)
})

test('nonsense is refused, at every scale, with a sentence that follows a field’s name', () => {
  for (const text of NONSENSE) {
    for (const scale of [0, 2, SCALE_MAX]) {
      const amount = parseAmount(text, scale)
      assert.ok(!amount.ok, JSON.stringify(text))
      assert.match(amount.problem, /^must /)
    }
  }
})

test('more digits after the point than the currency has are refused, zeros too', () => {
  for (const [text, scale] of [
    ['1.001', 2],
    ['1.000', 2],
    ['1.0', 0],
    ['0.0000000000000000001', 18],
  ] as const) {
    const amount = parseAmount(text, scale)
    assert.ok(!amount.ok, text)
    assert.match(amount.problem, scale === 0 ? /whole number/ : new RegExp(`at most ${scale} digits after`))
  }
})

test('more than 38 digits are refused, however many', () => {
  const tooLarge = [`1${'0'.repeat(38)}`, '9'.repeat(39), '9'.repeat(64), '9'.repeat(65), '9'.repeat(100_000)]
  for (const text of tooLarge) {
    const amount = parseAmount(text, 0)
    assert.ok(!amount.ok, `${text.length} digits`)
    assert.match(amount.problem, /38 digits/)
  }
  assert.equal(parseAmount(NINES, 2).ok, false, '38 digits before the point are 40 in all')
  assert.equal(parseAmount('x'.repeat(100_000), 0).ok, false)
})

test('a posting moves more than nothing', () => {
  for (const text of ['0', '0.0', '0.00'])
    assert.deepEqual(parsePositiveAmount(text, 2), { ok: false, problem: 'must be greater than 0' })
  assert.deepEqual(parsePositiveAmount('0.01', 2), { ok: true, value: 1n })
  assert.equal(parsePositiveAmount('-1', 2).ok, false)
})

test('an amount is shown with all digits of its currency, or for v1 with none too many', () => {
  const shown: [minor: bigint, scale: number, full: string, trimmed: string][] = [
    [0n, 2, '0.00', '0'],
    [15000n, 2, '150.00', '150'],
    [15020n, 2, '150.20', '150.2'],
    [1n, 2, '0.01', '0.01'],
    [-1n, 2, '-0.01', '-0.01'],
    [-15000n, 2, '-150.00', '-150'],
    [100n, 0, '100', '100'],
    [-100n, 0, '-100', '-100'],
    [1n, 18, '0.000000000000000001', '0.000000000000000001'],
    [MINOR_MAX, 8, `${'9'.repeat(30)}.${'9'.repeat(8)}`, `${'9'.repeat(30)}.${'9'.repeat(8)}`],
    [10n ** 37n, 8, `1${'0'.repeat(29)}.00000000`, `1${'0'.repeat(29)}`],
  ]
  for (const [minor, scale, full, trimmed] of shown) {
    assert.equal(formatAmount(minor, scale), full)
    assert.equal(formatAmountTrimmed(minor, scale), trimmed)
  }
})

const minorUnits = fc.bigInt({ min: 0n, max: MINOR_MAX })
const scales = fc.integer({ min: 0, max: SCALE_MAX })

test('what is shown reads back as the same amount, in both ways of showing it', () => {
  fc.assert(
    fc.property(minorUnits, scales, (minor, scale) => {
      const value = { ok: true, value: minor }
      assert.deepEqual(parseAmount(formatAmount(minor, scale), scale), value)
      assert.deepEqual(parseAmount(formatAmountTrimmed(minor, scale), scale), value)
      assert.equal(
        formatAmount(-minor, scale),
        minor === 0n ? formatAmount(0n, scale) : `-${formatAmount(minor, scale)}`,
      )
    }),
    { seed, numRuns: 2000 },
  )
})

test('any text is either refused or read as exactly what a pencil would read', () => {
  const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789.-+e '.split('')) }))
  fc.assert(
    fc.property(texts, scales, (text, scale) => {
      const amount = parseAmount(text, scale)
      if (!amount.ok) return
      const [whole = '', fraction = ''] = text.split('.')
      assert.match(text, /^[0-9.]+$/)
      assert.equal(
        amount.value,
        BigInt(whole) * 10n ** BigInt(scale) + BigInt(fraction.padEnd(scale, '0') || '0'),
      )
    }),
    { seed, numRuns: 5000 },
  )
})
