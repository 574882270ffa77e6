/** What a run has reached: one in which something interesting never happened proves too little. */
import { refusalCodes } from '#core/codes.ts'
import type { Account } from '#core/account.ts'
import type { Command, Outcome, Rejected } from '#core/command.ts'

/** What happened, by name: every code, and branches that a run must reach to mean something. */
export type Reached = Map<string, number>

/** Branches besides the codes. */
const BRANCHES = [
  'accepted',
  'accepted again',
  'rejected again',
  'again within one batch',
  'again within a group',
  'several postings',
  'an account several times in a transfer',
  'several currencies in a transfer',
  'nothing left',
  'a negative balance',
  'more than 2^64 in one balance',
  'a batch of more than 32',
  'a batch of one client',
  'the clock turned back',
  'captured in part',
  'captured in part, then released',
  'the rest of a capture is released',
  'expired',
  'expired during capture, and not swept yet',
  'a hold with a fee',
  'a hold’s fee is taken',
  'a fee is paid',
  'a limit is hit by the fee',
  'less than the maximum was there',
  'the rest is reversed',
  'a group is undone',
  'a group again',
  'simulated as it came',
  'swept and closed',
  'effective earlier',
  'erased',
  'erased again',
  'told again without whom was erased',
  'attempts recorded',
] as const

/** Notes the codes and branches of a batch. */
export function noteOutcomes(
  note: (what: string) => void,
  commands: readonly Command[],
  outcomes: readonly Outcome[],
): void {
  if (commands.length > 32) note('a batch of more than 32')
  if (commands.length <= 3) note('a batch of one client')
  const seen = new Set<Command>()
  commands.forEach((command, i) => {
    const outcome = outcomes[i] as Outcome
    if (outcome.replayed && seen.has(command)) note('again within one batch')
    seen.add(command)
    if (outcome.replayed && command.kind === 'post_group') note('a group again')
    if (outcome.kind === 'rejected') {
      note(outcome.replayed ? 'rejected again' : outcome.refusal.code)
      if (command.kind === 'post_group' && /^items\[[1-9]/.test(outcome.refusal.field ?? ''))
        note('a group is undone')
      if (isHitByFee(outcome)) note('a limit is hit by the fee')
      return
    }
    note(outcome.replayed ? 'accepted again' : 'accepted')
    noteErasure(note, command, outcome)
    if (outcome.made !== 'transfer' || outcome.replayed) return
    const { postings } = outcome.result
    const sides = postings.flatMap(({ source, destination }) => [source, destination])
    if (postings.length > 1) note('several postings')
    if (new Set(sides).size < sides.length) note('an account several times in a transfer')
    if (new Set(postings.map(({ currency }) => currency)).size > 1) note('several currencies in a transfer')
    if (postings.some(({ sourceLeg }) => sourceLeg.balanceAfter === 0n)) note('nothing left')
  })
}

/** Users who were erased, in what is answered about them. */
function noteErasure(note: (what: string) => void, command: Command, outcome: Outcome): void {
  if (command.kind === 'record_attempts') note('attempts recorded')
  if (outcome.kind !== 'accepted' || outcome.made !== 'user') return
  if (command.kind === 'erase_user') note(outcome.replayed ? 'erased again' : 'erased')
  const asked =
    command.kind === 'create_user' ? command : command.kind === 'update_user' ? command.changes : {}
  const { name, email } = outcome.result
  const lost = (asked.email ?? null) !== null && email === null
  if (outcome.replayed && (lost || ((asked.name ?? null) !== null && name === null))) {
    note('told again without whom was erased')
  }
}

/** Notes balances that are seldom. */
export function noteBalances(note: (what: string) => void, accounts: Iterable<Account>): void {
  for (const { posted } of accounts) {
    if (posted < 0n) note('a negative balance')
    if (posted > 2n ** 64n) note('more than 2^64 in one balance')
  }
}

/** True when what was asked for was there, but the fee with it was not. */
function isHitByFee({ refusal, transfer }: Rejected): boolean {
  const { code, explanation } = refusal
  const available = explanation?.saw['available']
  if (code !== 'insufficient_funds' || available === undefined) return false
  const taken = (transfer?.postings ?? []).filter(({ source }) => source === explanation?.account)
  const asked = taken.filter(({ role }) => role?.kind !== 'fee')
  if (asked.length === taken.length) return false
  // Every digit of the currency is shown, so that without its point an amount is minor units.
  return asked.reduce((sum, { amount }) => sum + amount, 0n) <= BigInt(available.replace('.', ''))
}

/** A run of so many commands reaches everything. */
const REACHES_ALL = 20_000
/** A run of so many has simulated this often what it then did. */
const FULL = { commands: 200_000, simulated: 10_000 }

/** What a run of this length should have reached and did not. */
export function notReached(reached: Reached, commands: number): string[] {
  const missing = [...Object.keys(refusalCodes), ...BRANCHES].filter((name) => !reached.has(name))
  const simulated = reached.get('simulated as it came') ?? 0
  return [
    ...(commands < REACHES_ALL ? [] : missing),
    ...(commands >= FULL.commands && simulated < FULL.simulated ? [`simulated only ${simulated} times`] : []),
  ]
}
