// The command line. entry.js comes first and checks the version of Node.
import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { renderUsage, runCommand } from 'citty'
import { printError } from './print-error.ts'
import { checkCall, exitCodes, unknown, type Command } from './usage.ts'

/** Loaded when called: a command starts in a third of the time without the code of the others. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  migrate: async () => (await import('./migrate.ts')).migrate,
  keys: async () => (await import('./keys.ts')).keys,
  users: async () => (await import('./users.ts')).users,
  seed: async () => (await import('./seed.ts')).seed,
  verify: async () => (await import('./verify.ts')).verify,
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

const main: Command = {
  meta: {
    name: 'florin',
    version,
    description: 'A money-transfer core: users, accounts and transfers',
  },
  subCommands: { ...commands },
}

process.exitCode = await run(process.argv.slice(2))

async function run([name, ...call]: readonly string[]): Promise<number> {
  try {
    if (name === undefined || ['help', '--help', '-h'].includes(name)) return await printUsage(main)
    if (['--version', '-v'].includes(name)) {
      process.stdout.write(`${version}\n`)
      return exitCodes.ok
    }
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (load === undefined) throw unknown(`command "${name}"`, name, Object.keys(commands))
    const command = await load()
    if (call.includes('--help') || call.includes('-h')) return await printUsage(command)
    checkCall(call, command.args as never)
    const { result } = await runCommand(command, { rawArgs: [...call] })
    return result as number
  } catch (error) {
    return printError(error, call.includes('--debug'))
  }
}

async function printUsage(command: Command): Promise<number> {
  const usage = command === main ? await renderUsage(main) : await renderUsage(command, main)
  process.stdout.write(`${process.stdout.isTTY ? usage : stripVTControlCharacters(usage)}\n`)
  return exitCodes.ok
}
