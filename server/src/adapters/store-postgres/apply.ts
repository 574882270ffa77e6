// The second round trip of a batch: write what was decided, seal the journal page, commit.
import type { Client } from 'pg'
import { canonicalJson } from '#core/canonical-json.ts'
import type { IdempotencyRecord } from '#core/command.ts'
import type { Changes } from '#core/draft.ts'
import { failureJson, postingsJson, transferDetails } from '#core/facts.ts'
import { sessionData } from '#core/login-facts.ts'
import type { Instant } from '#core/instant.ts'
import { toLine } from '#core/journal-page.ts'
import { merkleRoot, type Sha256 } from '#core/merkle.ts'
import type { Transfer } from '#core/transfer.ts'
import { emailKey } from '#core/user.ts'
import { plainArray, sparseArray, textArray } from './arrays.ts'
import { fromAccount, fromCurrency, fromUser } from './codec.ts'
import { fromKeptApiKey } from './codec-access.ts'
import { fromApproval } from './codec-approvals.ts'
import { fromKeptLogin } from './codec-login.ts'
import { fromOutcome } from './codec-outcomes.ts'
import { fromPolicy, fromPolicyVersion, fromQuote } from './codec-rules.ts'

const APPLY = callOf('apply_batch', 38)
const APPLY_HOLDS = callOf('apply_holds', 17)
const SEAL = callOf('seal_page', 4)

function callOf(name: string, parameterCount: number) {
  const places = Array.from({ length: parameterCount }, (_, i) => `$${i + 1}`)
  return { name, text: `select florin.${name}(${places.join(', ')})` }
}

/** A decided batch, ready to be written. */
export interface Writes {
  /** Named before the commit, so that afterwards it can be asked for. */
  readonly batchId: string
  readonly at: Instant
  readonly parameters: readonly (string | null)[]
  /** The parameters of apply_holds; null when the batch has to do with no holds. */
  readonly holds: readonly string[] | null
  /** The journal page; empty when there are only refusals to remember. */
  readonly lines: readonly string[]
}

/** Encodes what a batch changes. */
export function toWrites(batchId: string, changes: Changes): Writes {
  return {
    batchId,
    at: changes.at,
    parameters: toParameters(changes),
    holds: changes.holds.size === 0 ? null : holdColumns(changes),
    lines: changes.facts.map(toLine),
  }
}

/**
 * Writes, seals the journal page and commits, without waiting in between. The Merkle root is made while the server
 * writes the tables. Throws what the server says; when a statement fails, the commit behind it becomes a rollback.
 */
export async function applyAndCommit(client: Client, writes: Writes, sha256: Sha256): Promise<void> {
  const { batchId, at, parameters, holds, lines } = writes
  const applied = [client.query({ ...APPLY, values: [...parameters] })]
  if (holds !== null) applied.push(client.query({ ...APPLY_HOLDS, values: [...holds] }))
  // Heard below; until then a failure must not end the process.
  for (const answer of applied) answer.catch(() => undefined)
  await new Promise(setImmediate) // The statements leave before the root is made.

  const page = [batchId, at, Buffer.from(merkleRoot(lines, sha256)), lines.join('\n')]
  const sealed = lines.length === 0 ? null : client.query({ ...SEAL, values: page })
  // Each as the driver gave it: the first to fail must be the first heard, for the others then fail because of it.
  const [commit] = await Promise.all([client.query('commit'), ...applied, sealed])
  if (commit.command !== 'COMMIT') throw new Error(`commit ended as ${commit.command}`)
}

/** The parameters of florin.apply_batch, in its order. */
function toParameters(changes: Changes): (string | null)[] {
  return [
    changes.at,
    toRegistry(changes),
    toRules(changes),
    toAccess(changes),
    toApprovals(changes),
    ...balanceColumns(changes),
    ...transferColumns(changes.transfers),
    toReversed(changes),
    ...entryColumns(changes),
    ...failedColumns(changes.transfers),
    ...idempotencyColumns(changes),
  ]
}

function toRegistry({ currencies, users, accounts, created }: Changes): string | null {
  if (currencies.size + users.size + accounts.size === 0) return null
  const withCreated = <Row extends object>(id: string, row: Row) => ({ ...row, created: created.has(id) })
  return JSON.stringify({
    currencies: [...currencies.values()].map((currency) =>
      withCreated(currency.code, fromCurrency(currency)),
    ),
    users: [...users.values()].map((user) => ({
      ...withCreated(user.id, fromUser(user)),
      email_key: user.email === null ? null : emailKey(user.email),
    })),
    accounts: [...accounts.values()].map((account) => withCreated(account.id, fromAccount(account))),
  })
}

/** The parameters of florin.apply_holds, in its order. */
function holdColumns({ at, holds, created }: Changes): string[] {
  const all = [...holds.values()]
  const made = all.filter(({ id }) => created.has(id))
  const changed = all.filter(({ id }) => !created.has(id))
  return [
    at,
    plainArray(made.map(({ id }) => id)),
    plainArray(made.map(({ status }) => status)),
    plainArray(made.map(({ source }) => source)),
    plainArray(made.map(({ destination }) => destination)),
    plainArray(made.map(({ amount }) => amount)),
    plainArray(made.map(({ currency }) => currency)),
    plainArray(made.map(({ scale }) => scale)),
    plainArray(made.map(({ captured }) => captured)),
    plainArray(made.map(({ fee }) => fee?.account ?? null)),
    plainArray(made.map(({ fee }) => fee?.amount ?? null)),
    plainArray(made.map(({ expiresAt }) => expiresAt)),
    sparseArray(made.map(({ reference }) => reference)),
    sparseArray(made.map(({ metadata }) => jsonUnlessEmpty(metadata))),
    plainArray(changed.map(({ id }) => id)),
    plainArray(changed.map(({ status }) => status)),
    plainArray(changed.map(({ captured }) => captured)),
  ]
}

function toRules({ policies, policyVersions, quotes, books, created }: Changes): string | null {
  if (policyVersions.length + quotes.size === 0 && books === null) return null
  const newest = [...policies.values()].filter((policy) => policy !== null).map(fromPolicy)
  const offers = [...quotes.values()].map(fromQuote)
  return JSON.stringify({
    removed_policies: [...policies].filter(([, policy]) => policy === null).map(([id]) => id),
    changed_policies: newest.filter(({ id }) => !created.has(id)),
    created_policies: newest.filter(({ id }) => created.has(id)),
    policy_versions: policyVersions.map(fromPolicyVersion),
    created_quotes: offers.filter(({ id }) => created.has(id)),
    used_quotes: offers
      .filter(({ id }) => !created.has(id))
      .map(({ id, transfer_id }) => ({ id, transfer_id })),
    ...(books === null ? {} : { closed_through: books.closedThrough }),
  })
}

function toAccess({ apiKeys, logins, sessions, created }: Changes): string | null {
  if (apiKeys.size + logins.size + sessions.size === 0) return null
  const rows = [...apiKeys.values()].map(fromKeptApiKey)
  return JSON.stringify({
    created_api_keys: rows.filter(({ id }) => created.has(id)),
    changed_api_keys: rows.filter(({ id }) => !created.has(id)),
    logins: [...logins.values()].map(fromKeptLogin),
    sessions: [...sessions.values()].flatMap((session) => (session === null ? [] : sessionData(session))),
    ended_sessions: [...sessions].flatMap(([id, session]) => (session === null ? id : [])),
  })
}

function toApprovals({ approvals, created }: Changes): string | null {
  if (approvals.size === 0) return null
  const rows = [...approvals.values()].map(fromApproval)
  return JSON.stringify({
    created: rows.filter(({ id }) => created.has(id)),
    changed: rows.filter(({ id }) => !created.has(id)),
  })
}

/** What holds reserve and announce is written only when a batch has to do with holds. */
function balanceColumns({ balances, holds }: Changes): string[] {
  const rows = [...balances.values()]
  const held = holds.size === 0 ? [] : rows
  return [
    plainArray(rows.map(({ id }) => id)),
    plainArray(rows.map(({ posted }) => posted)),
    plainArray(rows.map(({ lastEntry }) => lastEntry)),
    plainArray(rows.map(({ debited }) => debited)),
    plainArray(rows.map(({ debits }) => debits)),
    plainArray(held.map((row) => row.held)),
    plainArray(held.map(({ incoming }) => incoming)),
    plainArray(held.map(({ openHolds }) => openHolds)),
  ]
}

function transferColumns(transfers: readonly Transfer[]): string[] {
  return [
    plainArray(transfers.map(({ id }) => id)),
    JSON.stringify(transfers.map(({ postings }) => postingsJson(postings))),
    sparseArray(
      transfers.map((transfer) =>
        transfer.status === 'failed' ? canonicalJson(failureJson(transfer.refusal)) : null,
      ),
    ),
    sparseArray(transfers.map(({ reference }) => reference)),
    sparseArray(transfers.map(({ metadata }) => jsonUnlessEmpty(metadata))),
    sparseArray(transfers.map((transfer) => jsonUnlessEmpty(transferDetails(transfer)))),
  ]
}

function jsonUnlessEmpty(value: object): string | null {
  const json = JSON.stringify(value)
  return json === '{}' ? null : json
}

function toReversed({ reversed }: Changes): string | null {
  if (reversed.size === 0) return null
  const rows = [...reversed.values()].map(({ id, postings }) => ({
    id,
    reversed: postings.map((posting) => posting.reversed.toString()),
  }))
  return JSON.stringify(rows)
}

function entryColumns({ entries, transfers, at }: Changes): string[] {
  const places = new Map(transfers.map(({ id }, i) => [id, i + 1]))
  const backdated = entries.filter(({ effectiveAt }) => effectiveAt !== at)
  return [
    plainArray(entries.map(({ accountId }) => accountId)),
    plainArray(entries.map(({ number }) => number)),
    plainArray(entries.map(({ transferId }) => places.get(transferId) ?? null)),
    plainArray(entries.map(({ amount }) => amount)),
    plainArray(entries.map(({ balanceAfter }) => balanceAfter)),
    plainArray(entries.map(({ debitedAfter }) => debitedAfter)),
    plainArray(entries.map(({ debitsAfter }) => debitsAfter)),
    plainArray(backdated.map(({ accountId }) => accountId)),
    plainArray(backdated.map(({ number }) => number)),
    plainArray(backdated.map(({ effectiveAt }) => effectiveAt)),
    plainArray(backdated.map(({ amount }) => amount)),
  ]
}

/** Which accounts a refused transfer names. */
function failedColumns(transfers: readonly Transfer[]): string[] {
  const named = transfers
    .filter(({ status }) => status === 'failed')
    .flatMap(({ id, postings }) => {
      const accounts = new Set(postings.flatMap(({ source, destination }) => [source, destination]))
      return [...accounts].map((accountId) => ({ accountId, id }))
    })
  return [plainArray(named.map(({ accountId }) => accountId)), plainArray(named.map(({ id }) => id))]
}

function idempotencyColumns(changes: Changes): (string | null)[] {
  const idempotency = changes.idempotency.toSorted(byPrincipalAndKey)
  const answers = idempotency.map(({ outcome }) => fromOutcome(outcome))
  return [
    textArray(idempotency.map(({ principal }) => principal)),
    textArray(idempotency.map(({ key }) => key)),
    plainArray(idempotency.map(({ fingerprint }) => fingerprint)),
    plainArray(answers.map(({ transferId }) => transferId)),
    answers.every(({ kept }) => kept === null) ? null : JSON.stringify(answers.map(({ kept }) => kept)),
  ]
}

/**
 * Two processes that insert equal keys wait for each other at the unique index, in one order not in a circle. Any order
 * that both use will do (sorting a thousand takes 0.3 ms where their batch takes 150).
 */
function byPrincipalAndKey(a: IdempotencyRecord, b: IdempotencyRecord): number {
  if (a.principal !== b.principal) return a.principal < b.principal ? -1 : 1
  return a.key < b.key ? -1 : 1
}
