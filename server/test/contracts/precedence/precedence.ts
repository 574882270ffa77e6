/**
 * What each command can be refused for, and how it looks: the slots of its line that give the reason. Two reasons whose
 * slots do not meet are put into one line; slots that begin with a comma are lists, and meet without harm.
 */
import type { Command } from '#core/command.ts'
import type { RefusalCode } from '#core/codes.ts'

/** Values of slots. */
export type Slots = Readonly<Record<string, string>>

/** What a command can be refused for. */
export interface Precedence {
  readonly kind: Command['kind']
  /** With slots in braces. */
  readonly line: string
  /** What the slots hold when nothing is wrong; those not named are empty. */
  readonly slots?: Slots
  readonly given: readonly string[]
  /** In whatever order; several ways to have one reason are several rows. */
  readonly reasons: readonly (readonly [RefusalCode, Slots])[]
  /** Neighbours that no line can have at once, and why. */
  readonly apart?: readonly (readonly [RefusalCode, RefusalCode, why: string])[]
}

/** A key that was used before, for something else. */
export const USED = 'user zoe key=used'
/** Its reuse. */
export const KEY: readonly [RefusalCode, Slots] = ['idempotency_key_reused', { key: 'key=used' }]

/** Neighbours that are apart for one reason. */
export function neighbours(why: string, codes: readonly RefusalCode[]): [RefusalCode, RefusalCode, string][] {
  return codes.slice(1).map((code, i) => [codes[i] as RefusalCode, code, why])
}
