import { after } from 'node:test'
import { STORES } from '../stores.ts'
import { ledgerStoreContract } from './ledger-store.contract.ts'

for (const store of STORES) {
  after(() => store.stop())
  ledgerStoreContract(store)
}
