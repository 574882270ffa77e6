// The second round trip of a batch: write what was decided, seal the journal page, commit. Nothing of it is waited for
// but the commit, so the server writes transfers while those behind them are still being decided.
import { marksOf, toAuditLine } from '#core/audit.ts'
import { canonicalJson } from '#core/canonical-json.ts'
import type { IdempotencyRecord } from '#core/command.ts'
import { noChanges, type Changes } from '#core/draft.ts'
import { failureJson, postingsJson, transferDetails, type Fact } from '#core/facts.ts'
import type { Hold } from '#core/hold.ts'
import type { HoldId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { sessionData } from '#core/login-facts.ts'
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
import type { Query } from './query.ts'

const APPLY = callOf('apply_batch', 38)
const APPLY_HOLDS = callOf('apply_holds', 17)
const SEAL = callOf('seal_page', 7)

function callOf(name: string, parameterCount: number) {
  const places = Array.from({ length: parameterCount }, (_, i) => `$${i + 1}`)
  return { name, text: `select florin.${name}(${places.join(', ')})` }
}

/** Writes one batch in its transaction. */
export interface BatchWriter {
  /**
   * Sends the transfers and holds that have been decided since the last time, and encodes their facts, while the rest of
   * the batch is still to be decided.
   */
  sendDecided(): void
  /** Sends what is left when all has been decided. */
  sendRest(): void
  /**
   * Seals the journal page and commits; `onSent` is called when nothing of the batch is left to send. Throws what the
   * server says; when a statement fails, the commit behind it becomes a rollback.
   */
  commit(onSent: () => void): Promise<void>
}

/** Makes the writer of a batch with these changes, to which may be added as long as it is not committed. */
export function createBatchWriter(query: Query, { batchId, changes, sha256 }: BatchToWrite): BatchWriter {
  const sent: Promise<unknown>[] = []
  const lines: string[] = []
  /** As they were sent last. */
  const sentHolds = new Map<HoldId, Hold>()
  let transferCount = 0
  let entryCount = 0

  function send(statement: { readonly name: string; readonly text: string }, values: unknown[]): void {
    const answer = query({ ...statement, values })
    answer.catch(() => undefined) // Heard by `commit`; until then a failure must not end the process.
    sent.push(answer)
  }

  /** What has been decided since the last time: it stays as it is. */
  function takeDecided(): Pick<Changes, 'transfers' | 'entries'> {
    for (let i = lines.length; i < changes.facts.length; i++) lines.push(toLine(changes.facts[i] as Fact))
    const transfers = changes.transfers.slice(transferCount)
    const entries = changes.entries.slice(entryCount)
    transferCount += transfers.length
    entryCount += entries.length
    return { transfers, entries }
  }

  function sendDecided(): void {
    const decided = takeDecided()
    if (decided.transfers.length > 0) send(APPLY, toParameters({ ...noChanges(changes.at), ...decided }))
    sendHolds()
  }

  /** One that changes again after it was sent is sent again. */
  function sendHolds(): void {
    const news = [...changes.holds.values()].filter((hold) => sentHolds.get(hold.id) !== hold)
    if (news.length === 0) return
    const isNew = ({ id }: Hold): boolean => changes.created.has(id) && !sentHolds.has(id)
    const changed = news.filter((hold) => !isNew(hold))
    send(APPLY_HOLDS, holdColumns(changes.at, { made: news.filter(isNew), changed }))
    for (const hold of news) sentHolds.set(hold.id, hold)
  }

  function sendRest(): void {
    send(APPLY, toParameters({ ...changes, ...takeDecided() }))
    sendHolds()
  }

  async function commit(onSent: () => void): Promise<void> {
    await new Promise(setImmediate) // The statements leave before the root is made.

    const { at, facts, origins } = changes
    const audit = toAuditLine(origins)
    const root = Buffer.from(merkleRoot([...lines, audit], sha256))
    const marks = marksOf(facts, origins)
    const [kinds, values] = [
      textArray(marks.map(({ kind }) => kind)),
      textArray(marks.map(({ value }) => value)),
    ]
    if (lines.length > 0) send(SEAL, [batchId, at, root, lines.join('\n'), audit, kinds, values])
    // Each as the driver gave it: the first to fail must be the first heard, for the others then fail because of it.
    const answers = Promise.all([query('commit'), ...sent])
    onSent()
    const [committed] = await answers
    if (committed.command !== 'COMMIT') throw new Error(`commit ended as ${committed.command}`)
  }

  return { sendDecided, sendRest, commit }
}

/** A batch that is being decided. */
interface BatchToWrite {
  /** Named before the commit, so that afterwards it can be asked for. */
  readonly batchId: string
  readonly changes: Changes
  readonly sha256: Sha256
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

function toRegistry({ currencies, users, accounts, created, erased }: Changes): string | null {
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
    erased: [...erased],
    accounts: [...accounts.values()].map((account) => withCreated(account.id, fromAccount(account))),
  })
}

/** The parameters of florin.apply_holds, in its order. */
function holdColumns(
  at: Instant,
  { made, changed }: { readonly made: readonly Hold[]; readonly changed: readonly Hold[] },
): string[] {
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
  const named = transfers.flatMap(({ status, postings }, i) => {
    if (status !== 'failed') return []
    const accounts = new Set(postings.flatMap(({ source, destination }) => [source, destination]))
    return [...accounts].map((accountId) => ({ accountId, place: i + 1 }))
  })
  return [plainArray(named.map(({ accountId }) => accountId)), plainArray(named.map(({ place }) => place))]
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
