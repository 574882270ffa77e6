// Commands that do one of several things to a ledger, such as `florin keys create` and `florin users erase`.
import type { ArgsDef, CommandMeta } from 'citty'
import type { Florin } from '#app/florin.ts'
import type { Caller } from '#app/request.ts'
import { FLORIN } from '#core/access.ts'
import type { Rejected } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import type { OperationName } from '#core/operations.ts'
import { openLedger } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import { commonArgs, defineFlorinCommand, exitCodes, unknown, type Command } from './usage.ts'

/** By name. Each reads the call, whose mistakes are told before a database is opened, and answers what to do. */
export type Actions<Call> = Readonly<Record<string, (call: Call) => Work | Promise<Work>>>
type Work = (florin: Florin) => Promise<void>

/** What all such commands are called with. */
export interface LedgerCall {
  readonly action: string
  readonly id?: string
  readonly json?: boolean
}

/** A command by its actions. */
interface LedgerCommand<Call extends LedgerCall> {
  readonly meta: CommandMeta & { readonly name: string }
  readonly actions: Actions<Call>
  /** What is done when no action is named; unset: one must be. */
  readonly usual?: string
  /** Which actions need the id of something, and of what. */
  readonly id: string
  readonly args: ArgsDef
}

/** Makes a command of the form `florin <name> <action> [id]`. */
export function defineLedgerCommand<Call extends LedgerCall>(command: LedgerCommand<Call>): Command {
  const { meta, actions, usual = '', id, args } = command
  const names = Object.keys(actions)
  return defineFlorinCommand({
    meta,
    args: {
      action: { type: 'positional', required: false, default: usual, description: names.join(', ') },
      id: { type: 'positional', required: false, description: id },
      ...args,
      json: { type: 'boolean', description: 'Print JSON' },
      ...commonArgs,
    },
    async run({ args: given }) {
      const call = given as unknown as Call
      const action = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined
      if (action === undefined) throw unknown(`action "${call.action}" of ${meta.name}`, call.action, names)
      const work = await action(call)
      const log = createLog({ level: 'warn', to: 'stderr' })
      const { florin, close } = await openLedger(readConfig(), log, { join: true })
      try {
        await work(florin)
        return exitCodes.ok
      } finally {
        await close()
      }
    },
  })
}

/** The command line, at one of the operations that edges have, too. */
export function by(operation: OperationName): Caller {
  const origin = { operation, address: null, requestId: null, credential: null }
  return { principal: FLORIN.principal, idempotencyKey: null, origin }
}

/** The outcome; throws what a refusal says. */
export function accepted<Outcome extends { readonly kind: 'accepted' }>(
  outcome: Outcome | Rejected,
): Outcome {
  if (outcome.kind === 'accepted') return outcome
  const { code, message } = outcome.refusal
  throw new AppError('domain', message, { code })
}

/** Prints a line to stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
