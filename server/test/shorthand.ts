/**
 * Commands in short, so that a table of cases reads like a ledger:
 *
 * - `currency GEM 3`: create_currency
 * - `user ann name=Ann email=ann@x.org`: create_user. The word stands for an id.
 * - `edit ann email=a@x.org if=1`: update_user. `email=-` takes it away.
 * - `open 1 EUR 100.00 limit=50 owner=ann`: create_account, with its initial balance
 * - `set 1 limit=20 if=2`: update_account
 * - `pay 1>2 5.00 EUR, 2>3 1.50 EUR id=t1 ref=rent`: post_transfer. `id`: the client chose it.
 *
 * Any of them: `key=k1` (idempotency; what else the words say is the fingerprint), `by=bob` (principal),
 * `m:colour=red` (metadata).
 */
import { sha256Hex } from '#adapters/runtime-node/digest.ts'
import type { Command, Idempotency, Principal } from '#core/command.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import { parseAmount } from '#core/money.ts'
import type { Posting } from '#core/transfer.ts'
import type { IdSource } from '#ports/id-source.ts'
import { wordUuid } from './ids.ts'

const SCALES: Readonly<Record<string, number>> = { EUR: 2, USD: 2, JPY: 0, XXX: 8, ETH: 18 }

interface Words {
  readonly plain: readonly string[]
  readonly named: ReadonlyMap<string, string>
  readonly metadata: Record<string, string>
}

/** The command that a line stands for. Ids that Florin would allot come from `ids`. */
export function toCommand(line: string, ids: IdSource): Command {
  const words = readWords(line)
  const { named } = words
  const fields = {
    principal: (named.get('by') ?? 'tester') as Principal,
    idempotency: toIdempotency(line, named.get('key')),
  }
  const make = MAKERS[words.plain[0] ?? '']
  if (make === undefined) throw new Error(`no such command: ${line}`)
  return { ...fields, ...make(words, ids) } as Command
}

/** The user that a word stands for. */
export function userOf(word: string): UserId {
  return wordUuid(word) as UserId
}

/** The transfer that a word stands for. */
export function transferOf(word: string): TransferId {
  return wordUuid(word) as TransferId
}

/** Minor units of an amount, as the cases write it. */
function minor(text: string, currency: string): bigint {
  const negative = text.startsWith('-')
  const amount = parseAmount(negative ? text.slice(1) : text, scaleOf(currency))
  if (!amount.ok) throw new Error(`${text} ${currency} ${amount.problem}`)
  return negative ? -amount.value : amount.value
}

function readWords(line: string): Words {
  const plain: string[] = []
  const named = new Map<string, string>()
  const metadata: [string, string][] = []
  for (const word of line.split(/[\s,]+/)) {
    const [, name, value] = /^(\w+|m:[^=]+)=(.*)$/.exec(word) ?? []
    if (name === undefined || value === undefined) plain.push(word)
    else if (name.startsWith('m:')) metadata.push([name.slice(2), value])
    else named.set(name, value)
  }
  return { plain, named, metadata: Object.fromEntries(metadata) }
}

function toIdempotency(line: string, key: string | undefined): Idempotency | null {
  if (key === undefined) return null
  const asked = line.split(/\s+/).filter((word) => !/^(key|by)=/.test(word))
  return { key, fingerprint: sha256Hex(asked.join(' ')) }
}

const MAKERS: Readonly<Record<string, (words: Words, ids: IdSource) => object>> = {
  currency: ({ plain: [, code = '', scale = ''] }) => ({
    kind: 'create_currency',
    currency: { code, scale: Number(scale), name: code },
  }),
  user: ({ plain: [, word = ''], named, metadata }) => ({
    kind: 'create_user',
    id: userOf(word),
    name: named.get('name') ?? null,
    email: named.get('email') ?? null,
    metadata,
  }),
  edit: ({ plain: [, word = ''], named, metadata }) => ({
    kind: 'update_user',
    id: userOf(word),
    ifVersion: toVersion(named),
    changes: { ...changed('name', named), ...changed('email', named), ...given(metadata) },
  }),
  open: ({ plain: [, id, code = '', balance = '0'], named, metadata }, ids) => ({
    kind: 'create_account',
    id: id as AccountId,
    userId: named.has('owner') ? userOf(named.get('owner') ?? '') : null,
    currency: toCurrency(code),
    creditLimit: minor(named.get('limit') ?? '0', code),
    initialBalance: minor(balance, code),
    metadata,
    externalAccountId: ids.accountId(),
    transferId: ids.transferId(),
  }),
  set: ({ plain: [, id, code = 'EUR'], named, metadata }) => ({
    kind: 'update_account',
    id: id as AccountId,
    ifVersion: toVersion(named),
    changes: {
      ...(named.has('limit') ? { creditLimit: minor(named.get('limit') ?? '', code) } : {}),
      ...given(metadata),
    },
  }),
  pay: ({ plain: [, ...legs], named, metadata }, ids) => ({
    kind: 'post_transfer',
    id: named.has('id') ? transferOf(named.get('id') ?? '') : ids.transferId(),
    idChosen: named.has('id'),
    postings: toPostings(legs),
    effectiveAt: null,
    reference: named.get('ref') ?? null,
    metadata,
  }),
}

function toPostings(legs: readonly string[]): Posting[] {
  const postings: Posting[] = []
  for (let i = 0; i < legs.length; i += 3) {
    const [accounts = '', amount = '', currency = ''] = legs.slice(i, i + 3)
    const [source, destination] = accounts.split('>') as AccountId[]
    postings.push({
      source: source as AccountId,
      destination: destination as AccountId,
      amount: minor(amount, currency),
      currency: currency as CurrencyCode,
      scale: scaleOf(currency),
      role: null,
    })
  }
  return postings
}

/** `JPY/2` is JPY as somebody with a wrong table would have it, at scale 2. */
function toCurrency(text: string): Currency {
  const [code = ''] = text.split('/')
  return { code: code as CurrencyCode, scale: scaleOf(text), name: code }
}

function scaleOf(text: string): number {
  const [code = '', scale] = text.split('/')
  return scale === undefined ? (SCALES[code] ?? 3) : Number(scale)
}

function toVersion(named: ReadonlyMap<string, string>): number | null {
  const version = named.get('if')
  return version === undefined ? null : Number(version)
}

function changed(name: string, named: ReadonlyMap<string, string>): object {
  const value = named.get(name)
  return value === undefined ? {} : { [name]: value === '-' ? null : value }
}

function given(metadata: Record<string, string>): object {
  return Object.keys(metadata).length === 0 ? {} : { metadata }
}
