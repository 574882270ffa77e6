/** Two reasons at once give the documented one, the one with the lower number: for each command, every two that meet. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { approvalStatuses } from '#core/approval.ts'
import type { Command } from '#core/command.ts'
import { refusalCodes, type RefusalCode } from '#core/codes.ts'
import { runCase, toLines } from './ledger-case-run.ts'
import { LEDGER_CASES } from './ledger-cases.ts'
import { APPROVAL_PRECEDENCES } from './precedence/approvals.ts'
import { HOLD_PRECEDENCES } from './precedence/holds.ts'
import { LOGIN_PRECEDENCES } from './precedence/logins.ts'
import type { Precedence, Slots } from './precedence/precedence.ts'
import { REGISTRY_PRECEDENCES } from './precedence/registry.ts'
import { TRANSFER_PRECEDENCES } from './precedence/transfers.ts'

/**
 * Every command that can be refused, but groups: they are refused for what their first refused item is refused for. What
 * closes an account sweeps it last, when nothing else is in the way.
 */
const PRECEDENCES = [
  ...TRANSFER_PRECEDENCES,
  ...APPROVAL_PRECEDENCES,
  ...HOLD_PRECEDENCES,
  ...REGISTRY_PRECEDENCES,
  ...LOGIN_PRECEDENCES,
]

/** What the decided lines come to; a refused command changes nothing, so that they can share a ledger. */
function codesOf({ given }: Precedence, lines: readonly string[]): string[] {
  const { batches, outcomes } = runCase({ name: '', given, when: lines.map((line) => `${line} -> ?`) })
  return toLines(batches, outcomes)
    .slice(-lines.length)
    .map((line) => /-> (\w+)/.exec(line)?.[1] ?? line)
    .map((word) => ((approvalStatuses as readonly string[]).includes(word) ? 'ok' : word))
}

function fill({ line, slots }: Precedence, ...reasons: readonly Slots[]): string {
  const filled: Record<string, string> = { ...slots }
  for (const reason of reasons) {
    for (const [slot, value] of Object.entries(reason)) {
      filled[slot] = value.startsWith(',') ? (filled[slot] ?? '') + value : value
    }
  }
  return line.replaceAll(/\{(\w+)\}/g, (_, slot: string) => filled[slot] ?? '').trim()
}

/** True when both can be written into one line. */
function meet(one: Slots, other: Slots): boolean {
  return Object.entries(one).every(([slot, value]) => {
    const second = other[slot]
    return second === undefined || (value.startsWith(',') && second.startsWith(','))
  })
}

function pairsOf({ reasons }: Precedence) {
  return reasons.flatMap(([first, one]) =>
    reasons
      .filter(([second, other]) => refusalCodes[first] < refusalCodes[second] && meet(one, other))
      .map(([second, other]) => ({ first, second, slots: [one, other] })),
  )
}

for (const precedence of PRECEDENCES) {
  const { line, reasons, apart = [] } = precedence

  test(`${line}: each reason alone is told, and without any the command is accepted`, () => {
    const lines = [...reasons.map(([, slots]) => fill(precedence, slots)), fill(precedence)]
    const expected = [...reasons.map(([code]) => code), 'ok']
    assert.deepEqual(pair(lines, codesOf(precedence, lines)), pair(lines, expected))
  })

  test(`${line}: of two reasons the one with the lower number is told, whichever is written first`, () => {
    const pairs = pairsOf(precedence)
    const lines = pairs.flatMap(({ slots }) => [
      fill(precedence, ...slots),
      fill(precedence, ...slots.toReversed()),
    ])
    const expected = pairs.flatMap(({ first }) => [first, first])
    assert.deepEqual(pair(lines, codesOf(precedence, lines)), pair(lines, expected))
  })

  test(`${line}: no two neighbours are left out`, () => {
    const codes = [...new Set(reasons.map(([code]) => code))].sort(
      (a, b) => refusalCodes[a] - refusalCodes[b],
    )
    const shown = new Set(pairsOf(precedence).map(({ first, second }) => `${first} ${second}`))
    for (const [first, second] of apart) shown.add(`${first} ${second}`)
    const neighbours = codes.slice(1).map((code, i) => `${codes[i]} ${code}`)
    assert.deepEqual(
      neighbours.filter((both) => !shown.has(both)),
      [],
    )
  })
}

test('whatever a command is refused for in the table of cases has its place in the precedence', () => {
  for (const row of LEDGER_CASES) {
    const { batches, outcomes } = runCase(row)
    for (const [i, { commands }] of batches.entries()) {
      for (const [j, { kind }] of commands.entries()) {
        const outcome = outcomes[i]?.[j]
        if (outcome?.kind !== 'rejected' || kind === 'post_group') continue
        const { code } = outcome.refusal
        assert.ok(isListed(kind, code), `${kind}: ${code} (${row.name})`)
      }
    }
  }
})

function isListed(kind: Command['kind'], code: RefusalCode): boolean {
  return PRECEDENCES.some((one) => one.kind === kind && one.reasons.some(([listed]) => listed === code))
}

function pair(lines: readonly string[], codes: readonly string[]): string[] {
  return lines.map((line, i) => `${line} -> ${codes[i]}`)
}
