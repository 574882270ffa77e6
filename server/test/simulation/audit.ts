/**
 * A second opinion on the ledger: it keeps a second ledger from what the outcomes say, and holds against it what the
 * store's readers show, batch by batch.
 */
import assert from 'node:assert/strict'
import type { Account } from '#core/account.ts'
import type { Command, Outcome } from '#core/command.ts'
import type { AccountId, HoldId, TransferId } from '#core/ids.ts'
import type { Ledger } from '../stores.ts'
import { checkPast } from './past.ts'
import { createSecondLedger } from './second-ledger.ts'
import { tallyOf } from './second-rules.ts'

/** Watches a store. */
export interface Audit {
  /** Throws when the store is not as the outcomes so far say. Call it after each batch. */
  check(commands: readonly Command[], outcomes: readonly Outcome[]): Promise<void>
}

const ACCOUNTS_MAX = 5000
const ENTRIES_MAX = 5000
/** A store has few connections for reads. */
const READS_AT_ONCE = 10

/** Starts watching an empty store; `note` is told when something interesting happened, `random` says where to look. */
export function createAudit(
  store: Ledger,
  { note, random }: { readonly note: (what: string) => void; readonly random: () => number },
): Audit {
  const second = createSecondLedger(note)
  let before = new Map<AccountId, Account>()

  return {
    async check(commands, outcomes) {
      assert.equal(outcomes.length, commands.length, 'one outcome a command')
      const accounts = await store.listAccounts({ limit: ACCOUNTS_MAX })
      assert.ok(accounts.length < ACCOUNTS_MAX, 'the audit sees every account')
      commands.forEach((command, i) => {
        second.take(command, outcomes[i] as Outcome, accounts)
        const previous = commands[i - 1]
        if (previous?.kind === 'simulate_transfer' && previous.transfer === command) {
          checkSimulation(outcomes[i - 1] as Outcome, outcomes[i] as Outcome)
        }
      })
      checkSums(accounts)
      assert.equal(accounts.length, second.tallies.size, 'the accounts that were opened are there')
      for (const account of accounts) checkAccount(account)
      await checkTouched(new Map(accounts.map((account) => [account.id, account])))
      await checkPast(store, second, random)
    },
  }

  /** What just was simulated is what came of it, to the last entry. */
  function checkSimulation(simulated: Outcome, real: Outcome): void {
    assert.ok(simulated.kind === 'accepted' && simulated.made === 'simulation')
    const { outcome, entries } = simulated.result
    assert.deepEqual(outcome, real, 'it came as it was simulated')
    const posted = real.kind === 'accepted' && !real.replayed && real.made === 'transfer'
    assert.deepEqual(entries, posted ? second.entriesOf(real.result.id) : [], 'with these entries')
    note('simulated as it came')
  }

  function checkAccount(account: Account): void {
    const { id, kind, posted, held, incoming, openHolds, debited, debits, lastEntry, creditLimit, closedAt } =
      account
    const { currency: _currency, userId: _userId, ...tally } = tallyOf(second, id)
    assert.deepEqual(
      {
        id,
        posted,
        held,
        incoming,
        openHolds,
        debited,
        debits,
        lastEntry,
        creditLimit,
        closed: closedAt !== null,
      },
      tally,
      `account ${id} has what was moved to it and is held on it, less what was moved away`,
    )
    assert.equal(creditLimit === null, kind === 'external')
  }

  function checkSums(accounts: readonly Account[]): void {
    const sums = new Map<string, bigint>()
    for (const { currency, posted } of accounts) sums.set(currency, (sums.get(currency) ?? 0n) + posted)
    for (const [currency, sum] of sums) assert.equal(sum, 0n, `all balances in ${currency} sum to zero`)
  }

  /** Of what was touched, the store shows what came; what was not touched is as it was. */
  async function checkTouched(accounts: Map<AccountId, Account>): Promise<void> {
    const { touched } = second
    const checks: (() => Promise<void>)[] = []
    for (const [id, account] of accounts) {
      const known = before.get(id)
      if (touched.accounts.has(id)) checks.push(() => checkEntries(account, known))
      else if (known !== undefined) assert.deepEqual(account, known, 'untouched means unchanged')
    }
    for (const id of touched.holds) checks.push(() => checkHold(id))
    for (const id of touched.approvals) checks.push(() => checkApproval(id))
    for (const id of touched.reversed) checks.push(() => checkReversed(id))
    for (let i = 0; i < checks.length; i += READS_AT_ONCE) {
      await Promise.all(checks.slice(i, i + READS_AT_ONCE).map((check) => check()))
    }
    touched.accounts.clear()
    touched.holds.clear()
    touched.reversed.clear()
    touched.approvals.clear()
    before = accounts
  }

  async function checkHold(id: HoldId): Promise<void> {
    assert.deepEqual(await store.findHold(id), second.holds.get(id))
  }

  async function checkApproval(id: TransferId): Promise<void> {
    assert.deepEqual(await store.findApproval(id), second.approvals.get(id))
  }

  /** The original shows how much of it is reversed. */
  async function checkReversed(id: TransferId): Promise<void> {
    const shown = await store.findTransfer(id)
    assert.ok(shown?.status === 'posted')
    const reversed = shown.postings.map((posting) => posting.reversed)
    assert.deepEqual(
      reversed,
      second.transfers.get(id)?.reversed,
      `transfer ${id} shows what is reversed of it`,
    )
  }

  /** New entries go on where the known ones ended: no gap, and each leaves the balance that it says. */
  async function checkEntries({ id, lastEntry, posted }: Account, known: Account | undefined): Promise<void> {
    const fresh = lastEntry - (known?.lastEntry ?? 0n)
    if (fresh === 0n) return
    assert.ok(fresh > 0n && fresh <= ENTRIES_MAX, `account ${id} has new entries`)
    const entries = (await store.listEntries({ accountId: id, limit: Number(fresh) })).toReversed()
    let { number, sum } = { number: known?.lastEntry ?? 0n, sum: known?.posted ?? 0n }
    for (const entry of entries) {
      assert.equal(entry.number, number + 1n, `entries of account ${id} have no gap`)
      assert.equal(
        entry.balanceAfter,
        sum + entry.amount,
        `entry ${entry.number} of account ${id} leaves what it says`,
      )
      number = entry.number
      sum = entry.balanceAfter
    }
    assert.equal(number, lastEntry, `account ${id} has as many entries as it says`)
    assert.equal(sum, posted, `the balance of account ${id} is the sum of its entries`)
  }
}
