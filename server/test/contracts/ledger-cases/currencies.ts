/** Currencies: the ledger keeps what it holds. */
import type { LedgerCase } from './ledger-case.ts'

/** The cases. */
export const CURRENCY_CASES: readonly LedgerCase[] = [
  {
    name: 'a currency is made once',
    when: ['currency GEM 3 -> ok', 'currency GEM 3 -> currency_exists code', 'open 1 GEM 1.234 -> ok'],
    balances: ['1 1.234 GEM 1'],
  },
  {
    name: 'a currency that an account opened exists',
    given: ['open 1 EUR'],
    when: ['currency EUR 2 -> currency_exists code'],
  },
  {
    name: 'the ledger keeps the scale that it holds',
    given: ['currency GEM 3'],
    when: ['open 1 GEM/5 -> currency_exists currency', 'open 1 GEM -> ok'],
  },
  {
    name: 'two accounts of one batch open one currency',
    when: [['open 1 EUR 1.00 -> ok', 'open 2 EUR 2.00 -> ok', 'currency EUR 2 -> currency_exists code']],
    balances: ['1 1.00 EUR 1', '2 2.00 EUR 1'],
  },
  {
    name: 'every scale from none to 18 digits',
    given: [
      'open 1 JPY 1000',
      'open 2 JPY',
      'open 3 ETH 1.000000000000000001',
      'open 4 ETH',
      'open 5 XXX 0.00000001',
    ],
    when: ['pay 1>2 1 JPY -> ok', 'pay 3>4 0.000000000000000001 ETH -> ok'],
    balances: ['1 999 JPY 2', '2 1 JPY 1', '3 1.000000000000000000 ETH 2', '4 0.000000000000000001 ETH 1'],
  },
]
