import { after } from 'node:test'
import { STORES } from '../stores.ts'
import { historyReadersContract } from './history-readers.contract.ts'
import { ledgerReadersContract } from './ledger-readers.contract.ts'

for (const store of STORES) {
  after(() => store.stop())
  ledgerReadersContract(store)
  historyReadersContract(store)
}
