import Table from 'cli-table3'
import { parseInstant } from '#api/http/instants.ts'
import { toApiKey } from '#api/http/v2/api-key-schemas.ts'
import type { ApiKeys, IssuedApiKey } from '#app/api-keys.ts'
import type { Caller } from '#app/request.ts'
import { FLORIN, parseScopes, roles, scopesOf, type Role, type Scope } from '#core/access.ts'
import { API_KEY_NAME_LENGTH_MAX, API_KEY_OVERLAP_SECONDS_MAX, type ApiKey } from '#core/api-key.ts'
import type { Rejected } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import { parseUuidV7, type ApiKeyId } from '#core/ids.ts'
import { openLedger } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import {
  commonArgs,
  defineFlorinCommand,
  exitCodes,
  parseCount,
  unknown,
  wrongUsage,
  type Command,
} from './usage.ts'

const KEYS_PER_READ = 1000
/** A key is nobody's: with the scopes of a user it would see the accounts of all users. */
const KEY_ROLES: readonly Role[] = roles.filter((role) => role !== 'user')

const caller: Caller = { principal: FLORIN.principal, idempotencyKey: null }

interface Call {
  readonly action: string
  readonly id?: string
  readonly name?: string
  readonly scopes?: string
  readonly role?: string
  readonly expires?: string
  readonly overlap: string
  readonly json?: boolean
}

/** Reads the call, whose mistakes are told before a database is opened, and answers what to do. */
type Action = (call: Call) => (keys: ApiKeys) => Promise<void>

const actions: Readonly<Record<string, Action>> = {
  create(call) {
    const { name = '', json } = call
    if (name === '' || name.length > API_KEY_NAME_LENGTH_MAX) {
      throw wrongUsage(`--name must have 1 to ${API_KEY_NAME_LENGTH_MAX} characters: whose key is it?`)
    }
    const request = { name, scopes: scopesOfCall(call), expiresAt: expiryOf(call) }
    return async (keys) => printIssued(await keys.create(caller, request), json)
  },

  list:
    ({ json }) =>
    async (keys) => {
      const all: ApiKey[] = []
      for (let page: ApiKey[] = []; ;) {
        const after = page.at(-1)?.id
        page = await keys.list({ limit: KEYS_PER_READ, ...(after === undefined ? {} : { after }) })
        all.push(...page)
        if (page.length < KEYS_PER_READ) break
      }
      print(json === true ? JSON.stringify(all.map(toApiKey), null, 2) : toTable(all))
    },

  rotate(call) {
    const id = idOf(call)
    const overlapSeconds = parseCount('overlap', call.overlap, { min: 0, max: API_KEY_OVERLAP_SECONDS_MAX })
    return async (keys) => printIssued(await keys.rotate(caller, id, overlapSeconds), call.json)
  },

  revoke(call) {
    const id = idOf(call)
    return async (keys) => {
      const outcome = await keys.revoke(caller, id)
      if (outcome.kind === 'rejected') throw refused(outcome)
      print(call.json === true ? JSON.stringify({ id }) : `API key ${id} is revoked`)
    }
  },
}

/** `florin keys create|list|rotate|revoke`: API keys, the first one too. */
export const keys: Command = defineFlorinCommand({
  meta: { name: 'keys', description: 'Make, list, rotate and revoke API keys' },
  args: {
    action: {
      type: 'positional',
      required: false,
      default: 'list',
      description: Object.keys(actions).join(', '),
    },
    id: { type: 'positional', required: false, description: 'rotate, revoke: which key' },
    name: { type: 'string', description: 'create: whose key it is, for people' },
    scopes: { type: 'string', description: 'create: what it may do, such as accounts:read,transfers:write' },
    role: { type: 'string', description: `create: what a role may do: ${KEY_ROLES.join(', ')}` },
    expires: { type: 'string', description: 'create: when it ends, such as 2027-01-01T00:00:00Z' },
    overlap: {
      type: 'string',
      default: '3600',
      description: 'rotate: seconds for which the secret before stays good',
    },
    json: { type: 'boolean', description: 'Print JSON' },
    ...commonArgs,
  },
  async run({ args }) {
    const call = args as Call
    const action = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined
    if (action === undefined) {
      throw unknown(`action "${call.action}" of keys`, call.action, Object.keys(actions))
    }
    const work = action(call)
    const log = createLog({ level: 'warn', to: 'stderr' })
    const { florin, close } = await openLedger(readConfig(), log, { join: true })
    try {
      await work(florin.apiKeys)
      return exitCodes.ok
    } finally {
      await close()
    }
  },
})

function scopesOfCall({ scopes, role }: Call): readonly Scope[] {
  if ((scopes === undefined) === (role === undefined)) throw wrongUsage('say either --scopes or --role')
  if (role !== undefined) {
    if (!KEY_ROLES.includes(role as Role)) throw unknown(`role "${role}"`, role, KEY_ROLES)
    return [...scopesOf([role as Role])].sort()
  }
  const result = parseScopes(scopes?.split(',') ?? [])
  if (!result.ok) throw wrongUsage(`--scopes ${result.problem}`)
  return result.value
}

function expiryOf({ expires }: Call) {
  if (expires === undefined) return null
  const result = parseInstant(expires)
  if (!result.ok) throw wrongUsage(`--expires ${result.problem}`)
  return result.value
}

function idOf({ action, id }: Call): ApiKeyId {
  const result = parseUuidV7<ApiKeyId>(id ?? '')
  if (!result.ok) throw wrongUsage(`"keys ${action}" needs the id of a key: "keys list" shows them`)
  return result.value
}

function refused({ refusal }: Rejected): AppError {
  return new AppError('domain', refusal.message, { code: refusal.code })
}

function printIssued(outcome: IssuedApiKey | Rejected, json: boolean | undefined): void {
  if (outcome.kind === 'rejected') throw refused(outcome)
  const { id } = outcome.result
  if (json === true) return print(JSON.stringify({ id, key: outcome.secret }))
  print(`id   ${id}`)
  print(`key  ${outcome.secret ?? ''}`)
  print('Keep the key now: Florin keeps only a hash of it, and never shows it again.')
}

function toTable(all: readonly ApiKey[]): string {
  const table = new Table({ head: ['id', 'name', 'scopes', 'ends'], style: { head: [], border: [] } })
  for (const { id, name, scopes, expiresAt, revokedAt } of all) {
    table.push([id, name, scopes.join('\n'), revokedAt === null ? (expiresAt ?? '') : 'revoked'])
  }
  return table.toString()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
