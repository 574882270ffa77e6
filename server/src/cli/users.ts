import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { toLogin } from '#api/http/v2/login-schemas.ts'
import { NewUser } from '#api/http/v2/user-schemas.ts'
import { parseMessage } from '#api/http/validation.ts'
import type { Florin } from '#app/florin.ts'
import type { Role } from '#core/access.ts'
import { AppError } from '#core/errors.ts'
import { parseUuidV7, type UserId } from '#core/ids.ts'
import { parsePassword, parseRoles } from '#core/login.ts'
import { accepted, by, defineLedgerCommand, print, type Actions, type LedgerCall } from './ledger-command.ts'
import { wrongUsage, type Command } from './usage.ts'

/** What is read of stdin for a password. */
const STDIN_LENGTH_MAX = 4096

interface Call extends LedgerCall {
  readonly email?: string
  readonly name?: string
  readonly role?: string
  readonly 'password-stdin'?: boolean
}

const actions: Actions<Call> = {
  async create(call) {
    const { email, name, json } = call
    if (email === undefined) throw wrongUsage('--email is missing: with it the user logs in')
    const { id: _id, ...profile } = parseMessage(NewUser, { email, ...(name === undefined ? {} : { name }) })
    const roles = rolesOf(call)
    const password = await readPassword(call)
    return async (florin) => {
      const id = await makeUser(florin, { profile, roles, password })
      print(json === true ? JSON.stringify({ id }) : `user ${id} can log in as ${email}`)
    }
  },

  async password(call) {
    const id = idOf(call)
    const password = await readPassword(call)
    return async ({ logins }) => {
      const set = await logins.setPassword(by('setPassword'), id, { password, ifRoles: null })
      const login = accepted(set).result
      print(call.json === true ? JSON.stringify(toLogin(login)) : `user ${id} has another password`)
    }
  },

  async roles(call) {
    const id = idOf(call)
    const roles = rolesOf(call)
    return async ({ logins }) => {
      const login = accepted(await logins.setRoles(by('setRoles'), id, { roles, ifRoles: null })).result
      print(call.json === true ? JSON.stringify(toLogin(login)) : `user ${id} is ${login.roles.join(', ')}`)
    }
  },

  async logout(call) {
    const id = idOf(call)
    return async ({ logins }) => {
      const { length } = accepted(await logins.endSession(by('endSessions'), id, null)).result
      print(call.json === true ? JSON.stringify({ ended: length }) : `${length} sessions of user ${id} ended`)
    }
  },

  /** Takes name and e-mail address from a user, for good. */
  async erase(call) {
    const id = idOf(call)
    return async (florin) => {
      const { erasedAt } = accepted(await florin.users.erase(by('eraseUser'), id, { ifRoles: null })).result
      print(call.json === true ? JSON.stringify({ id, erased_at: erasedAt }) : `user ${id} is erased`)
    }
  },
}

/** `florin users create|password|roles|logout|erase`: users who log in, the first one too. */
export const users: Command = defineLedgerCommand<Call>({
  meta: {
    name: 'users',
    description: 'Make users who log in, set their passwords and roles, log them out, erase them',
  },
  actions,
  id: 'password, roles, logout, erase: which user',
  args: {
    email: { type: 'string', description: 'create: with which address the user logs in' },
    name: { type: 'string', description: 'create: the name of the user' },
    role: { type: 'string', description: 'create, roles: admin, or several such as auditor,operator' },
    'password-stdin': {
      type: 'boolean',
      description: 'create, password: read the password from stdin, not from the terminal',
    },
  },
})

/**
 * Makes a user who can log in: in three steps, of which the first is told when another fails. The roles come before the
 * password, for until there is one nobody can log in with them.
 */
export async function makeUser(
  { users: profiles, logins }: Pick<Florin, 'users' | 'logins'>,
  { profile, roles, password }: NewLogin,
): Promise<UserId> {
  const { id } = accepted(await profiles.create(by('createUser'), { id: null, ...profile })).result
  try {
    accepted(await logins.setRoles(by('setRoles'), id, { roles, ifRoles: null }))
    accepted(await logins.setPassword(by('setPassword'), id, { password, ifRoles: null }))
  } catch (cause) {
    const message = `user ${id} is made, but cannot log in yet: "users roles" and "users password" do the rest`
    throw new AppError('application', message, { cause })
  }
  return id
}

interface NewLogin {
  readonly profile: Omit<Parameters<Florin['users']['create']>[1], 'id'>
  readonly roles: readonly Role[]
  readonly password: string
}

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
