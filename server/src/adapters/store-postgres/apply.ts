// The second round trip of a batch: write what was decided, seal the journal page, commit.
import type { Client } from 'pg'
import { canonicalJson } from '#core/canonical-json.ts'
import type { Changes } from '#core/draft.ts'
import { postingsJson } from '#core/facts.ts'
import { toLine } from '#core/journal-page.ts'
import { merkleRoot, type Sha256 } from '#core/merkle.ts'
import type { Transfer } from '#core/transfer.ts'
import { plainArray, textArray } from './arrays.ts'
import { fromAccount, fromCurrency, fromOutcome, fromUser } from './codec.ts'

const PARAMETER_COUNT = 26
const APPLY = {
  name: 'apply_batch',
  text: `select florin.apply_batch(${Array.from({ length: PARAMETER_COUNT }, (_, i) => `$${i + 1}`).join(', ')}) as page`,
}

/** The parameters of florin.apply_batch, in its order. */
export function toApplyParameters(
  batchId: string,
  changes: Changes,
  sha256: Sha256,
): (string | Uint8Array | null)[] {
  const { at, balances, transfers, entries, idempotency, facts } = changes
  const accounts = [...balances.values()]
  const failed = transfers.filter((transfer) => transfer.status === 'failed').flatMap(failedAccounts)
  const answers = idempotency.map(({ outcome }) => fromOutcome(outcome))
  const lines = facts.map(toLine)
  return [
    batchId,
    at,
    toRegistry(changes),
    plainArray(accounts.map(({ id }) => id)),
    plainArray(accounts.map(({ posted }) => posted)),
    plainArray(accounts.map(({ lastEntry }) => lastEntry)),
    plainArray(transfers.map(({ id }) => id)),
    plainArray(transfers.map(({ status }) => status)),
    `[${transfers.map(({ postings }) => canonicalJson(postingsJson(postings))).join(',')}]`,
    textArray(
      transfers.map((transfer) =>
        transfer.status === 'failed' ? canonicalJson({ ...transfer.refusal }) : null,
      ),
    ),
    textArray(transfers.map(({ reference }) => reference)),
    textArray(transfers.map(({ metadata }) => canonicalJson(metadata))),
    plainArray(entries.map(({ accountId }) => accountId)),
    plainArray(entries.map(({ number }) => number)),
    plainArray(entries.map(({ transferId }) => transferId)),
    plainArray(entries.map(({ amount }) => amount)),
    plainArray(entries.map(({ balanceAfter }) => balanceAfter)),
    plainArray(failed.map(({ accountId }) => accountId)),
    plainArray(failed.map(({ transferId }) => transferId)),
    textArray(idempotency.map(({ principal }) => principal)),
    textArray(idempotency.map(({ key }) => key)),
    plainArray(idempotency.map(({ fingerprint }) => fingerprint)),
    plainArray(answers.map(({ transferId }) => transferId)),
    textArray(answers.map(({ kept }) => (kept === null ? null : canonicalJson(kept)))),
    lines.length === 0 ? null : merkleRoot(lines, sha256),
    lines.length === 0 ? null : lines.join('\n'),
  ]
}

/**
 * Writes and commits in one write to the server. Throws what the server says; when apply_batch fails the commit behind
 * it becomes a rollback.
 */
export async function applyAndCommit(
  client: Client,
  parameters: readonly (string | Uint8Array | null)[],
): Promise<void> {
  const [, commit] = await Promise.all([
    client.query({ ...APPLY, values: [...parameters] }),
    client.query('commit'),
  ])
  if (commit.command !== 'COMMIT') throw new Error(`commit ended as ${commit.command}`)
}

function toRegistry({ currencies, users, accounts, created }: Changes): string | null {
  if (currencies.size + users.size + accounts.size === 0) return null
  const withCreated = <Row extends object>(id: string, row: Row) => ({ ...row, created: created.has(id) })
  return JSON.stringify({
    currencies: [...currencies.values()].map((currency) =>
      withCreated(currency.code, fromCurrency(currency)),
    ),
    users: [...users.values()].map((user) => withCreated(user.id, fromUser(user))),
    accounts: [...accounts.values()].map((account) => withCreated(account.id, fromAccount(account))),
  })
}

function failedAccounts({ id, postings }: Transfer) {
  const named = new Set(postings.flatMap(({ source, destination }) => [source, destination]))
  return [...named].map((accountId) => ({ accountId, transferId: id }))
}
