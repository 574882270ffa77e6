// How commands are called: what all of them share, and sentences for what was called wrong.
import type { ArgsDef, CommandDef } from 'citty'
import { AppError } from '#core/errors.ts'
import { closestName } from '#main/closest-name.ts'

/** Options of every command. */
export const commonArgs = {
  debug: { type: 'boolean', description: 'Show where an error comes from' },
} as const satisfies ArgsDef

/** The exit codes of florin. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const

/** A command; its `run` answers the exit code. */
export type Command = CommandDef

/** Makes a command, its arguments typed by their definition. */
export function defineFlorinCommand<const Args extends ArgsDef>(definition: CommandDef<Args>): Command {
  return definition as unknown as Command
}

/** The error of a wrong call: exit code 2. */
export function wrongUsage(message: string): AppError {
  return new AppError('bad_request', message, { code: 'usage' })
}

/** Reads the value of an option that counts something. */
export function parseCount(option: string, text: string, limits: { min: number; max: number }): number {
  const { min, max } = limits
  const value = /^[0-9]{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw wrongUsage(`--${option} must be a whole number from ${min} to ${max}`)
}

/** Refuses options and words that the command does not know; citty would let them pass. */
export function checkCall(call: readonly string[], args: ArgsDef): void {
  const options = Object.entries(args).filter(([, { type }]) => type !== 'positional')
  const names = options.flatMap(([name, { type }]) => (type === 'boolean' ? [name, `no-${name}`] : [name]))
  let words = Object.values(args).filter(({ type }) => type === 'positional').length
  for (let i = 0; i < call.length; i += 1) {
    const word = call[i] ?? ''
    if (!word.startsWith('-')) {
      words -= 1
      if (words < 0) throw wrongUsage(`"${word}" is one word too many`)
      continue
    }
    const [name = '', value] = word.replace(/^--?/, '').split(/=(.*)/s)
    if (!word.startsWith('--') || !names.includes(name)) throw unknown(`option ${word}`, name, names, '--')
    const isText = args[name]?.type === 'string'
    if (isText && value === undefined && (call[i + 1] ?? '-').startsWith('-')) {
      throw wrongUsage(`--${name} needs a value`)
    }
    if (isText && value === undefined) i += 1
  }
}

/** The error for a name that is not known, with the one that may have been meant. */
export function unknown(what: string, name: string, known: readonly string[], prefix = ''): AppError {
  const closest = closestName(name, known)
  const hint = closest === undefined ? '' : `; did you mean ${prefix}${closest}?`
  return wrongUsage(`there is no ${what}${hint}`)
}
