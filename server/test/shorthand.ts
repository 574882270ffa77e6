/**
 * Commands in short, so that a table of cases reads like a ledger:
 *
 * - `currency GEM 3`: create_currency
 * - `user ann name=Ann email=ann@x.org`: create_user. The word stands for an id.
 * - `edit ann email=a@x.org if=1`: update_user. `email=-` takes it away.
 * - `open 1 EUR 100.00 limit=50 owner=ann`: create_account, with its initial balance
 * - `set 1 limit=20 if=2`: update_account
 * - `close 1 to=2 if=2`: close_account. `to`: gets the rest.
 * - `pay 1>2 5.00 EUR, 2>3 1.50 EUR id=t1 ref=rent`: post_transfer. `id`: the client chose it.
 *   `pay 1>2 max:5.00 EUR`, `pay 1>2 all EUR`: as much as is available. `eff=01:00`: the time it takes effect;
 *   `since=00:30`: the earliest that it may be. `wait=60`: so many seconds it waits for approval if it must.
 * - `approve t1 by=bob`, `reject t1`, `lapse t1`: approve_transfer, reject_transfer, and expire_approval by the sweep of
 *   what is due
 * - `group key=k | pay 1>2 5.00 EUR | pay 2>3 5.00 EUR key=k1`: post_group
 * - `simulate pay 1>2 5.00 EUR`: simulate_transfer
 * - `reverse t1 2.00 EUR posting=1`: reverse_transfer. Without an amount: all that is left.
 * - `hold h1 1>2 5.00 EUR expires=01:00 ref=rent`: create_hold
 * - `capture h1 2.00 EUR rest`: capture_hold. Without an amount: all that is left. `rest`: releases the rest.
 * - `release h1`, `expire h1`: release_hold, by a person and by the sweep of what is due
 * - `policy p1 EUR on=1 floor=1.00`: create_policy, `on` an account, a user, or without it the currency
 * - `repolicy p1 EUR floor=2.00 if=1`, `unpolicy p1 if=2`: update_policy, with other rules and with none
 * - `quote q1 100.00 EUR 110.00 USD via=8>9 rate=11/10 expires=01:00`: create_quote; `via`: the operator's accounts
 * - `convert q1 1>2 ref=trip`: convert_quote
 * - `books 01:00`: close_period
 * - `erase ann if=user`: erase_user
 * - `attempt scope_missing 3 op=createUser target=user:1`: record_attempts, of one that was made three times
 * - `apikey k accounts:read,users:read expires=01:00`, `rotate k overlap=60`, `unkey k`: create_, rotate_ and
 *   revoke_api_key
 * - `roles ann auditor,operator if=user`: set_roles
 * - `password ann p if=user old=o`, `nopassword ann`: set_password, with the hash of the word and with none
 * - `login ann s p`: start_session, with the word of the password that was proven
 * - `refresh ann s 1`: refresh_session, with the token of the generation
 * - `logout ann s`, `logout ann`, `overdue ann`: end_session: one, all, and those whose time is over
 *
 * A policy's rules: `floor=1.00 credit=5.00 ceiling=100.00 min=1.00 max=50.00 second=20.00 hour=10.00 day=100.00/5 month=/20 to=2,3
 * freeze=debits fee=9:0.10+50bp:0.20..5.00`; velocity is amount/count, a fee account:fixed+basis points:least..most.
 *
 * Any of them: `from=10.0.0.1` (an origin, whose request has the number of the line's words), `key=k1` (idempotency; what else is asked for is the fingerprint), `by=bob` (principal),
 * `m:colour=red` (metadata). Those that move money: `id=t1` names the transfer, so that it can be reversed.
 */
import { sha256Hex } from '#adapters/runtime-node/digest.ts'
import type { Command, PostTransfer } from '#core/command.ts'
import type { Idempotency, Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import type { PolicyTarget } from '#core/policy.ts'
import type { Posting } from '#core/transfer.ts'
import type { IdSource } from '#ports/id-source.ts'
import {
  apiKeyOf,
  holdOf,
  minor,
  policyOf,
  quoteOf,
  sessionOf,
  readWords,
  toAccounts,
  toCurrency,
  toMoment,
  toRules,
  transferOf,
  userOf,
  type Words,
} from './shorthand-words.ts'

/** The command that a line stands for. Ids that Florin would allot come from `ids`. */
export function toCommand(line: string, ids: IdSource): Command {
  const [first = '', ...items] = line.split(' | ')
  const words = readWords(first)
  const { named, plain } = words
  const fields = {
    principal: (named.get('by') ?? 'tester') as Principal,
    idempotency: toIdempotency(line, named.get('key')),
    ...toOrigin(named, plain),
  }
  if (plain[0] === 'group') {
    return { ...fields, kind: 'post_group', items: items.map((item) => toCommand(item, ids) as PostTransfer) }
  }
  if (plain[0] === 'simulate') {
    const transfer = { ...toCommand(line.replace('simulate ', ''), ids), idempotency: null } as PostTransfer
    return { ...fields, idempotency: null, kind: 'simulate_transfer', transfer }
  }
  const make = MAKERS[plain[0] ?? '']
  if (make === undefined) throw new Error(`no such command: ${line}`)
  return { ...fields, ...make(words, ids) } as Command
}

function toOrigin(named: ReadonlyMap<string, string>, plain: readonly string[]): Pick<Command, 'origin'> {
  const address = named.get('from')
  if (address === undefined) return {}
  const operation = plain[0] ?? ''
  return {
    origin: { operation, address, requestId: `r${plain.length}`, credential: named.get('with') ?? null },
  }
}

function toIdempotency(line: string, key: string | undefined): Idempotency | null {
  if (key === undefined) return null
  const asked = line.split(/\s+/).filter((word) => !/^(key|by|since|from|with)=/.test(word))
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
  erase: ({ plain: [, word = ''], named }) => ({
    kind: 'erase_user',
    id: userOf(word),
    ifRoles: named.get('if')?.split(',') ?? null,
  }),
  attempt: ({ plain: [, code = '', count = '1'], named }) => ({
    kind: 'record_attempts',
    idempotency: null,
    attempts: [
      {
        principal: (named.get('by') ?? 'anonymous') as Principal,
        credential: named.get('with') ?? null,
        address: named.get('from') ?? null,
        requestId: 'r1',
        operation: named.get('op') ?? null,
        code,
        target: named.get('target') ?? null,
        count: Number(count),
        since: toMoment(named.get('since') ?? '00:00'),
      },
    ],
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
    transferId: namedTransfer(named, ids),
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
  close: ({ plain: [, id], named }, ids) => ({
    kind: 'close_account',
    id: id as AccountId,
    ifVersion: toVersion(named),
    sweepTo: (named.get('to') ?? null) as AccountId | null,
    transferId: namedTransfer(named, ids),
  }),
  pay: ({ plain: [, ...legs], named, metadata }, ids) => ({
    kind: 'post_transfer',
    id: namedTransfer(named, ids),
    idChosen: named.has('id'),
    postings: toPostings(legs),
    effectiveAt: momentOf(named, 'eff'),
    earliestEffectiveAt: momentOf(named, 'since'),
    approvalSeconds: named.has('wait') ? Number(named.get('wait')) : null,
    reference: named.get('ref') ?? null,
    metadata,
  }),
  approve: ({ plain: [, word = ''] }) => ({ kind: 'approve_transfer', id: transferOf(word) }),
  reject: ({ plain: [, word = ''] }) => ({ kind: 'reject_transfer', id: transferOf(word) }),
  lapse: ({ plain: [, word = ''] }) => ({ kind: 'expire_approval', id: transferOf(word) }),
  reverse: ({ plain: [, word = '', amount, currency], named, metadata }, ids) => ({
    kind: 'reverse_transfer',
    id: namedTransfer(named, ids),
    original: transferOf(word),
    posting: named.has('posting') ? Number(named.get('posting')) : null,
    amount: amountOf(amount, currency),
    reference: named.get('ref') ?? null,
    metadata,
  }),
  hold: ({ plain: [, word = '', accounts = '', amount = '', currency = ''], named, metadata }) => ({
    kind: 'create_hold',
    id: holdOf(word),
    ...toAccounts(accounts),
    ...toMoney(amount, currency),
    expiresAt: momentOf(named, 'expires'),
    reference: named.get('ref') ?? null,
    metadata,
  }),
  capture: ({ plain: [, word = '', ...more], named }, ids) => ({
    kind: 'capture_hold',
    holdId: holdOf(word),
    amount: more[0] === 'rest' ? null : amountOf(more[0], more[1]),
    releaseRest: more.includes('rest'),
    transferId: namedTransfer(named, ids),
  }),
  release: ({ plain: [, word = ''] }) => ({ kind: 'release_hold', holdId: holdOf(word), due: false }),
  expire: ({ plain: [, word = ''] }) => ({ kind: 'release_hold', holdId: holdOf(word), due: true }),
  policy: ({ plain: [, word = '', code = ''], named }) => ({
    kind: 'create_policy',
    id: policyOf(word),
    target: toTarget(named.get('on'), code as CurrencyCode),
    currency: toCurrency(code),
    rules: toRules(named, code),
  }),
  repolicy: ({ plain: [, word = '', code = ''], named }) => ({
    kind: 'update_policy',
    id: policyOf(word),
    ifVersion: toVersion(named),
    rules: toRules(named, code),
  }),
  unpolicy: ({ plain: [, word = ''], named }) => ({
    kind: 'update_policy',
    id: policyOf(word),
    ifVersion: toVersion(named),
    rules: null,
  }),
  quote: ({ plain: [, word = '', sold = '', sell = '', bought = '', buy = ''], named }) => {
    const via = toAccounts(named.get('via') ?? '')
    const [numerator = '1', denominator = '1'] = (named.get('rate') ?? '1/1').split('/')
    return {
      kind: 'create_quote',
      id: quoteOf(word),
      sell: { ...toMoney(sold, sell), account: via.source },
      buy: { ...toMoney(bought, buy), account: via.destination },
      rate: { numerator: BigInt(numerator), denominator: BigInt(denominator) },
      rounding: named.get('rounding') ?? 'down',
      expiresAt: toMoment(named.get('expires') ?? '12-31T00:00'),
    }
  },
  convert: ({ plain: [, word = '', accounts = ''], named, metadata }, ids) => ({
    kind: 'convert_quote',
    quoteId: quoteOf(word),
    ...toAccounts(accounts),
    transferId: namedTransfer(named, ids),
    reference: named.get('ref') ?? null,
    metadata,
  }),
  apikey: ({ plain: [, word = '', scopes = ''], named }, ids) => ({
    kind: 'create_api_key',
    id: apiKeyOf(word),
    name: word,
    scopes: scopes.split(','),
    expiresAt: momentOf(named, 'expires'),
    secretHash: sha256Hex(ids.apiKeyId()),
  }),
  rotate: ({ plain: [, word = ''], named }, ids) => ({
    kind: 'rotate_api_key',
    id: apiKeyOf(word),
    secretHash: sha256Hex(ids.apiKeyId()),
    overlapSeconds: Number(named.get('overlap') ?? 0),
  }),
  unkey: ({ plain: [, word = ''] }) => ({ kind: 'revoke_api_key', id: apiKeyOf(word) }),
  roles: ({ plain: [, word = '', roles = ''], named }) => ({
    ...ofUser(word),
    kind: 'set_roles',
    roles: roles.split(','),
    ifRoles: named.get('if')?.split(',') ?? null,
  }),
  password: ({ plain: [, word = '', password = ''], named }) => ({
    ...ofUser(word),
    kind: 'set_password',
    passwordHash: sha256Hex(password),
    ifRoles: named.get('if')?.split(',') ?? null,
    ifPasswordHash: named.has('old') ? sha256Hex(named.get('old') ?? '') : null,
  }),
  nopassword: ({ plain: [, word = ''] }) => ({
    ...ofUser(word),
    kind: 'set_password',
    passwordHash: null,
    ifRoles: null,
    ifPasswordHash: null,
  }),
  login: ({ plain: [, word = '', session = '', password = ''] }) => ({
    ...ofUser(word),
    kind: 'start_session',
    id: sessionOf(session),
    ifPasswordHash: sha256Hex(password),
  }),
  refresh: ({ plain: [, word = '', session = '', generation = ''] }) => ({
    ...ofUser(word),
    kind: 'refresh_session',
    id: sessionOf(session),
    generation: Number(generation),
  }),
  logout: ({ plain: [, word = '', session] }) => ({
    ...ofUser(word),
    kind: 'end_session',
    id: session === undefined ? null : sessionOf(session),
    due: false,
  }),
  overdue: ({ plain: [, word = ''] }) => ({ ...ofUser(word), kind: 'end_session', id: null, due: true }),
  books: ({ plain: [, through = ''] }) => ({ kind: 'close_period', through: toMoment(through) }),
}

/** What is done to how a user logs in is never kept under an idempotency key. */
function ofUser(word: string): object {
  return { userId: userOf(word), idempotency: null }
}

function toPostings(legs: readonly string[]): Posting[] {
  const postings: Posting[] = []
  for (let i = 0; i < legs.length; i += 3) {
    const [accounts = '', amount = '', currency = ''] = legs.slice(i, i + 3)
    const [, max] = /^max:(.*)$/.exec(amount) ?? []
    const balancing = max !== undefined || amount === 'all'
    postings.push({
      ...toAccounts(accounts),
      ...toMoney(balancing ? '0' : amount, currency),
      role: balancing ? { kind: 'balancing', max: amountOf(max, currency) } : null,
    })
  }
  return postings
}

function toMoney(amount: string, currency: string): Pick<Posting, 'amount' | 'currency' | 'scale'> {
  const { code, scale } = toCurrency(currency)
  return { amount: minor(amount, currency), currency: code, scale }
}

function amountOf(amount: string | undefined, currency = ''): bigint | null {
  return amount === undefined ? null : minor(amount, currency)
}

function toTarget(on: string | undefined, currency: CurrencyCode): PolicyTarget {
  if (on === undefined) return { kind: 'currency', currency }
  return /^\d+$/.test(on)
    ? { kind: 'account', accountId: on as AccountId }
    : { kind: 'user', userId: userOf(on), currency }
}

function namedTransfer(named: ReadonlyMap<string, string>, ids: IdSource): TransferId {
  const word = named.get('id')
  return word === undefined ? ids.transferId() : transferOf(word)
}

function momentOf(named: ReadonlyMap<string, string>, name: string) {
  const text = named.get(name)
  return text === undefined ? null : toMoment(text)
}

function toVersion(named: ReadonlyMap<string, string>): number | null {
  const version = named.get('if')
  return version === undefined ? null : Number(version)
}

function changed(name: string, named: ReadonlyMap<string, string>): object {
  const value = named.get(name)
  return value === undefined ? {} : { [name]: value === '-' ? null : value }
}

function given(metadata: Readonly<Record<string, string>>): object {
  return Object.keys(metadata).length === 0 ? {} : { metadata }
}
