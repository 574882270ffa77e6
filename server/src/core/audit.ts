// The audit log: who did what to what, from where, allowed or refused, before and after. Every entry is a fact of the
// journal. What facts do not tell (from where, by which request, what it was before) stands once a page beside them, in
// a line that is sealed with them: events show facts to many, and where callers sit is not theirs to see.
import { canonicalJson, type Json } from './canonical-json.ts'
import type { Origin } from './command-fields.ts'
import type { Fact, FactType } from './facts.ts'
import type { Instant } from './instant.ts'
import { toFact } from './journal-page.ts'
import { list, nullable, object, text, wholeNumber } from './json-read.ts'
import { readAttempt } from './recorded-access.ts'

/** What one command of a page did: facts from `first` on, from where, and old values by place of the fact. */
export interface OriginOfFacts {
  readonly first: number
  readonly count: number
  readonly origin: Origin | null
  readonly before: readonly [position: number, values: Before][]
}

/** The old values of what a fact changed. */
export type Before = { readonly [field: string]: Json }

/** A page of the journal, as the audit log reads it. */
export interface AuditedPage {
  readonly number: number
  readonly sealedAt: Instant
  readonly lines: readonly string[]
  /** The line of origins; null for a page that is older than the audit log. */
  readonly audit: string | null
}

/** Who did what to what. */
export interface AuditEntry {
  readonly page: number
  readonly position: number
  readonly at: Instant
  readonly principal: string
  /** Null: nobody was known. */
  readonly credential: string | null
  readonly address: string | null
  readonly requestId: string | null
  /** Null: Florin itself did it, or no operation was reached. */
  readonly operation: string | null
  readonly type: FactType
  readonly outcome: 'allowed' | 'refused'
  /** Why it was refused. */
  readonly code: string | null
  /** How many equal attempts this stands for, and since when; null for what happened once. */
  readonly attempts: { readonly count: number; readonly since: Instant } | null
  /** What it was about: `account:1001`. */
  readonly target: string | null
  /** The old values of what changed. */
  readonly before: Before | null
  /** The fact; null for an attempt, after which everything is as it was. */
  readonly after: Fact['data'] | null
}

/** Which entries; every given filter must hold. */
export interface AuditFilter {
  readonly principal?: string
  readonly operation?: string
  readonly type?: FactType
  readonly target?: string
  readonly outcome?: AuditEntry['outcome']
  /** At or after. */
  readonly from?: Instant
  /** Before. */
  readonly to?: Instant
}

/** What says of a page that it has entries of some kind. Pages are found by their marks. */
export interface AuditMark {
  readonly kind: 'principal' | 'operation' | 'type' | 'target' | 'refused'
  /** Empty for `refused`. */
  readonly value: string
}

/** The line of origins of a page, in canonical JSON. Equal origins are written once. */
export function toAuditLine(all: readonly OriginOfFacts[]): string {
  const places = new Map<string, number>()
  const origins: Json[] = []
  const requests: Json[] = []
  let last: Origin | null = null
  let place = 0
  for (const { first, count, origin } of all) {
    if (origin === null) continue
    if (last === null || !isFromSame(origin, last)) place = placeOf(origin)
    last = origin
    requests.push([first, count, place, origin.requestId])
  }
  // Lists of texts and numbers are canonical as they are.
  const befores = canonicalJson(all.flatMap(({ before }) => before))
  return `{"befores":${befores},"origins":${JSON.stringify(origins)},"requests":${JSON.stringify(requests)}}`

  function placeOf({ address, credential, operation }: Origin): number {
    const name = `${operation} ${address} ${credential}`
    const known = places.get(name)
    if (known !== undefined) return known
    places.set(name, origins.length)
    return origins.push([address, credential, operation]) - 1
  }
}

/** Mostly one caller after the other does the same. */
function isFromSame(a: Origin, b: Origin): boolean {
  return a.operation === b.operation && a.address === b.address && a.credential === b.credential
}

/** The origins that a line tells of; throws a TypeError, or a SyntaxError, for what is no such line. */
export function readAuditLine(line: string): OriginOfFacts[] {
  const data = object(JSON.parse(line))
  const origins = list(data['origins']).map((origin) => {
    const [address, credential, operation] = list(origin)
    return {
      address: nullable(address, text),
      credential: nullable(credential, text),
      operation: text(operation),
    }
  })
  const requests = list(data['requests']).map((request): OriginOfFacts => {
    const [first, count, place, requestId] = list(request)
    const origin = origins[wholeNumber(place)]
    if (origin === undefined) throw new TypeError('a request has no origin')
    return {
      first: wholeNumber(first),
      count: wholeNumber(count),
      origin: { ...origin, requestId: nullable(requestId, text) },
      before: [],
    }
  })
  const befores = list(data['befores']).map((before): OriginOfFacts => {
    const [position, values] = list(before)
    const first = wholeNumber(position)
    return { first, count: 0, origin: null, before: [[first, object(values) as Before]] }
  })
  return [...requests, ...befores]
}

/** The entries of a page, in order; none for a page that is older than the audit log. */
export function auditEntriesOf({ number, sealedAt, lines, audit }: AuditedPage): AuditEntry[] {
  if (audit === null) return []
  const origins: (Origin | undefined)[] = []
  const befores = new Map<number, Before>()
  for (const { first, count, origin, before } of readAuditLine(audit)) {
    if (origin !== null) for (let i = first; i < first + count; i++) origins[i] = origin
    for (const [position, values] of before) befores.set(position, values)
  }
  return lines.map((line, position) => {
    const fact = toFact(line)
    const place = { page: number, position, at: sealedAt }
    return fact.type === 'access.refused'
      ? { ...place, ...attemptOf(fact) }
      : { ...place, ...changeOf(fact, origins[position]), before: befores.get(position) ?? null }
  })
}

function changeOf(
  fact: Fact,
  origin: Origin | undefined,
): Omit<AuditEntry, 'page' | 'position' | 'at' | 'before'> {
  const { type, principal, data } = fact
  const failed = type === 'transfer.failed'
  return {
    principal,
    credential: credentialOf(principal, origin?.credential ?? null),
    address: origin?.address ?? null,
    requestId: origin?.requestId ?? null,
    operation: origin?.operation ?? null,
    type,
    outcome: failed ? 'refused' : 'allowed',
    code: failed ? (data['failure'] as { readonly code: string }).code : null,
    attempts: null,
    target: targetOf(fact),
    after: data,
  }
}

function attemptOf(fact: Fact): Omit<AuditEntry, 'page' | 'position' | 'at'> {
  const { type, principal, data } = fact
  const { count, since, credential, ...attempt } = readAttempt(principal, data)
  return {
    ...attempt,
    credential: credentialOf(principal, credential),
    type,
    outcome: 'refused',
    attempts: { count, since },
    before: null,
    after: null,
  }
}

/** A key is its own credential. */
function credentialOf(principal: string, credential: string | null): string | null {
  return credential ?? (principal.startsWith('key:') ? principal : null)
}

/** Facts that name what they are about otherwise than by `id`. */
const ID_FIELDS: Readonly<Record<string, string>> = { currency: 'code', login: 'user_id', session: 'user_id' }
/** Facts that are about something of another name. */
const TARGET_KINDS: Readonly<Record<string, string>> = { fx_quote: 'quote', login: 'user', session: 'user' }

/** What a fact is about: `account:1001`, `currency:EUR`; null for what there is only one of. */
function targetOf({ type, data }: Fact): string | null {
  const [kind = ''] = type.split('.')
  if (kind === 'access') return data['target'] as string | null
  const id = data[ID_FIELDS[kind] ?? 'id']
  return typeof id === 'string' ? `${TARGET_KINDS[kind] ?? kind}:${id}` : null
}

/**
 * What these begin with has no mark, for there are as many as there are transfers, each a row more to write. Their pages
 * are found by the times that their rows have.
 */
const UNMARKED = ['transfer:', 'hold:'] as const

/** The marks of a page, each once. */
export function marksOf(facts: readonly Fact[], origins: readonly OriginOfFacts[]): AuditMark[] {
  const marks = new Map<string, AuditMark>()
  const mark = (kind: AuditMark['kind'], value: string): void => {
    marks.set(`${kind} ${value}`, { kind, value })
  }
  let last: Fact | null = null
  for (const fact of facts) {
    const { type, principal, data } = fact
    if (type !== last?.type) mark('type', type)
    if (principal !== last?.principal) mark('principal', principal)
    last = fact
    const target = type === 'transfer.posted' ? null : targetOf(fact)
    const attempted = type === 'access.refused'
    if (target !== null && (attempted || !isUnmarked(target))) mark('target', target)
    if (attempted || type === 'transfer.failed') mark('refused', '')
    if (attempted && data['operation'] !== null) mark('operation', data['operation'] as string)
  }
  let operation: string | undefined
  for (const { origin } of origins) {
    if (origin === null || origin.operation === operation) continue
    operation = origin.operation
    mark('operation', operation)
  }
  return [...marks.values()]
}

/** True for a target whose own facts have no mark. */
export function isUnmarked(target: string): boolean {
  return UNMARKED.some((kind) => target.startsWith(kind))
}

/** The marks that a page must have to have entries of these filters; that of an unmarked target is not among them. */
export function marksWanted({ principal, operation, type, target, outcome }: AuditFilter): AuditMark[] {
  return [
    ...(target === undefined || isUnmarked(target) ? [] : [{ kind: 'target', value: target } as const]),
    ...(principal === undefined ? [] : [{ kind: 'principal', value: principal } as const]),
    ...(operation === undefined ? [] : [{ kind: 'operation', value: operation } as const]),
    ...(type === undefined ? [] : [{ kind: 'type', value: type } as const]),
    ...(outcome === 'refused' ? [{ kind: 'refused', value: '' } as const] : []),
  ]
}

/** True for an entry that every given filter lets through. */
export function isAsked(entry: AuditEntry, filter: AuditFilter): boolean {
  const { principal, operation, type, target, outcome, from, to } = filter
  return (
    (principal === undefined || entry.principal === principal) &&
    (operation === undefined || entry.operation === operation) &&
    (type === undefined || entry.type === type) &&
    (target === undefined || entry.target === target) &&
    (outcome === undefined || entry.outcome === outcome) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to)
  )
}
