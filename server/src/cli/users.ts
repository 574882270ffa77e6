import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { toLogin } from '#api/http/v2/login-schemas.ts'
import { NewUser } from '#api/http/v2/user-schemas.ts'
import { parseMessage } from '#api/http/validation.ts'
import type { Florin } from '#app/florin.ts'
import type { Caller } from '#app/request.ts'
import { FLORIN, type Role } from '#core/access.ts'
import type { Rejected } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import { parseUuidV7, type UserId } from '#core/ids.ts'
import { parsePassword, parseRoles } from '#core/login.ts'
import type { OperationName } from '#core/operations.ts'
import { openLedger } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import { commonArgs, defineFlorinCommand, exitCodes, unknown, wrongUsage, type Command } from './usage.ts'

/** What is read of stdin for a password. */
const STDIN_LENGTH_MAX = 4096

/** The command line, at one of the operations that edges have, too. */
function by(operation: OperationName): Caller {
  const origin = { operation, address: null, requestId: null, credential: null }
  return { principal: FLORIN.principal, idempotencyKey: null, origin }
}

interface Call {
  readonly action: string
  readonly id?: string
  readonly email?: string
  readonly name?: string
  readonly role?: string
  readonly 'password-stdin'?: boolean
  readonly json?: boolean
}

/** Reads the call, whose mistakes are told before a database is opened, and answers what to do. */
type Action = (call: Call) => Promise<(florin: Florin) => Promise<void>>

const actions: Readonly<Record<string, Action>> = {
  async create(call) {
    const { email, name, json } = call
    if (email === undefined) throw wrongUsage('--email is missing: with it the user logs in')
    const { id: _id, ...profile } = parseMessage(NewUser, { email, ...(name === undefined ? {} : { name }) })
    const roles = rolesOf(call)
    const password = await readPassword(call)
    return async (florin) => {
      const { id } = accepted(await florin.users.create(by('createUser'), { id: null, ...profile }))
      // The roles first: until there is a password nobody can log in with them.
      accepted(await florin.logins.setRoles(by('setRoles'), id, { roles, ifRoles: null }))
      accepted(await florin.logins.setPassword(by('setPassword'), id, { password, ifRoles: null }))
      print(json === true ? JSON.stringify({ id }) : `user ${id} can log in as ${email}`)
    }
  },

  async password(call) {
    const id = idOf(call)
    const password = await readPassword(call)
    return async ({ logins }) => {
      const login = accepted(await logins.setPassword(by('setPassword'), id, { password, ifRoles: null }))
      print(call.json === true ? JSON.stringify(toLogin(login)) : `user ${id} has another password`)
    }
  },

  async roles(call) {
    const id = idOf(call)
    const roles = rolesOf(call)
    return async ({ logins }) => {
      const login = accepted(await logins.setRoles(by('setRoles'), id, { roles, ifRoles: null }))
      print(call.json === true ? JSON.stringify(toLogin(login)) : `user ${id} is ${login.roles.join(', ')}`)
    }
  },

  async logout(call) {
    const id = idOf(call)
    return async ({ logins }) => {
      const { length } = accepted(await logins.endSession(by('endSessions'), id, null))
      print(call.json === true ? JSON.stringify({ ended: length }) : `${length} sessions of user ${id} ended`)
    }
  },

  /** Takes name and e-mail address from a user, for good. */
  async erase(call) {
    const id = idOf(call)
    return async (florin) => {
      const { erasedAt } = accepted(await florin.users.erase(by('eraseUser'), id, { ifRoles: null }))
      print(call.json === true ? JSON.stringify({ id, erased_at: erasedAt }) : `user ${id} is erased`)
    }
  },
}

/** `florin users create|password|roles|logout|erase`: users who log in, the first one too. */
export const users: Command = defineFlorinCommand({
  meta: {
    name: 'users',
    description: 'Make users who log in, set their passwords and roles, log them out, erase them',
  },
  args: {
    action: {
      type: 'positional',
      required: false,
      default: '',
      description: Object.keys(actions).join(', '),
    },
    id: { type: 'positional', required: false, description: 'password, roles, logout, erase: which user' },
    email: { type: 'string', description: 'create: with which address the user logs in' },
    name: { type: 'string', description: 'create: the name of the user' },
    role: { type: 'string', description: 'create, roles: admin, or several such as auditor,operator' },
    'password-stdin': {
      type: 'boolean',
      description: 'create, password: read the password from stdin, not from the terminal',
    },
    json: { type: 'boolean', description: 'Print JSON' },
    ...commonArgs,
  },
  async run({ args }) {
    const call = args as Call
    const action = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined
    if (action === undefined) {
      throw unknown(`action "${call.action}" of users`, call.action, Object.keys(actions))
    }
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

function rolesOf({ role = 'user' }: Call): readonly Role[] {
  const result = parseRoles(role.split(','))
  if (!result.ok) throw wrongUsage(`--role ${result.problem}`)
  return result.value
}

/** Never from the command line, which other users of the machine see. */
async function readPassword(call: Call): Promise<string> {
  const text = call['password-stdin'] === true ? await readStdin() : await askTerminal()
  const result = parsePassword(text)
  if (!result.ok) throw wrongUsage(`the password ${result.problem}`)
  return result.value
}

async function readStdin(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > STDIN_LENGTH_MAX) break
  }
  return text.replace(/\r?\n$/, '')
}

async function askTerminal(): Promise<string> {
  if (!process.stdin.isTTY) throw wrongUsage('no terminal to ask for a password: use --password-stdin')
  // What is typed is not shown: the prompt is written here, and the rest nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  process.stderr.write('password: ')
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

function idOf({ action, id }: Call): UserId {
  const result = parseUuidV7<UserId>(id ?? '')
  if (!result.ok) throw wrongUsage(`"users ${action}" needs the id of a user`)
  return result.value
}

function accepted<T>(outcome: { readonly kind: 'accepted'; readonly result: T } | Rejected): T {
  if (outcome.kind === 'accepted') return outcome.result
  const { code, message } = outcome.refusal
  throw new AppError('domain', message, { code })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
