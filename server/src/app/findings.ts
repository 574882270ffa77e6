// What verify found: check by check, how much was looked at, how much was wrong, and the first wrong rows.
import type { Json } from '#core/canonical-json.ts'

/** How many findings of one check are kept; all are counted. */
export const FINDINGS_MAX = 100

/** Every check of verify, in the order of the report, and what it proves. */
const checkTitles = {
  pages: 'pages are numbered without gaps, up to the head',
  roots: 'each page has the Merkle root of its facts',
  hashes: 'each page is chained to the one before',
  facts: 'facts are canonical and follow from each other',
  currencies: 'currencies are those of the journal',
  users: 'users are those of the journal',
  accounts: 'accounts are those of the journal',
  balances: 'balances are those of the journal',
  transfers: 'transfers are those of the journal',
  entries: 'entries are those of the journal',
  holds: 'holds are those of the journal',
  reversals: 'no transfer is reversed beyond what it moved',
  policies: 'policies are those of the journal',
  quotes: 'quotes are those of the journal',
  approvals: 'approvals are those of the journal',
  books: 'the books are closed as the journal says',
  access: 'who may do what is as the journal says',
  logins: 'roles, passwords and sessions are as the journal says',
  audit: 'the audit log finds what the journal has',
  sums: 'each balance is the sum of its entries',
  zero: 'all balances of a currency sum to zero',
  derived: 'derived rows agree with what they derive from',
} as const

/** The name of a check. */
export type CheckName = keyof typeof checkTitles

/** One thing that is not as it must be. */
interface Finding {
  readonly check: CheckName
  /** What it is about: "account 1001", "page 12". */
  readonly subject: string
  readonly expected: string
  readonly found: string
}

/** What came of one check. */
interface CheckResult {
  readonly check: CheckName
  readonly title: string
  readonly examined: number
  readonly failed: number
  /** The first FINDINGS_MAX of `failed`. */
  readonly findings: readonly Finding[]
}

/** What came of all of them. */
export interface VerifyReport {
  readonly ok: boolean
  readonly checks: readonly CheckResult[]
  /** The newest page: whoever notes its hash elsewhere can tell later that nothing up to it was rewritten. */
  readonly lastPage: { readonly number: number; readonly hash: string }
}

/** Gathers one check. */
export interface Check {
  /** Something was looked at. */
  examined(count?: number): void
  /** Something is wrong. */
  found(subject: string, expected: string, found: string): void
  /** Looks at one thing; it is wrong when the values differ, and then only what differs is told. */
  compare(subject: string, expected: Json, found: Json): void
}

/** Gathers all checks. */
export interface Findings {
  check(name: CheckName): Check
  results(): CheckResult[]
}

/** No check has looked at anything yet. */
export function startFindings(): Findings {
  const gathered = new Map<CheckName, { examined: number; failed: number; findings: Finding[] }>()
  for (const name of Object.keys(checkTitles) as CheckName[]) {
    gathered.set(name, { examined: 0, failed: 0, findings: [] })
  }

  function check(name: CheckName): Check {
    const state = gathered.get(name) as { examined: number; failed: number; findings: Finding[] }
    function found(subject: string, expected: string, is: string): void {
      state.failed += 1
      if (state.findings.length < FINDINGS_MAX)
        state.findings.push({ check: name, subject, expected, found: is })
    }
    return {
      found,
      examined(count = 1) {
        state.examined += count
      },
      compare(subject, expected, is) {
        state.examined += 1
        if (sameJson(expected, is)) return
        const differences = differencesOf(expected, is)
        const show = (side: 'expected' | 'found') =>
          differences.map(({ path, ...values }) => `${path}${path && ' '}${values[side]}`).join(', ')
        found(subject, show('expected'), show('found'))
      },
    }
  }

  return {
    check,
    results: () =>
      [...gathered].map(([name, { examined, failed, findings }]) => {
        return { check: name, title: checkTitles[name], examined, failed, findings }
      }),
  }
}

/** As differencesOf finding none, in a fifth of the time: almost every row is the same. */
function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (!isTree(a) || !isTree(b)) return false
  let keys = 0
  for (const key in a) {
    keys += 1
    if (!sameJson(a[key], b[key])) return false
  }
  return keys === Object.keys(b).length
}

interface Difference {
  readonly path: string
  readonly expected: string
  readonly found: string
}

const ABSENT = 'nothing'

function differencesOf(expected: Json | undefined, found: Json | undefined, path = ''): Difference[] {
  if (Object.is(expected, found)) return []
  if (isTree(expected) && isTree(found)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)])
    return [...keys].flatMap((key) =>
      differencesOf(expected[key], found[key], path === '' ? key : `${path}.${key}`),
    )
  }
  const show = (value: Json | undefined): string =>
    value === undefined ? ABSENT : typeof value === 'string' ? value : JSON.stringify(value)
  return [{ path, expected: show(expected), found: show(found) }]
}

function isTree(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null
}
