import Table from 'cli-table3'
import { parseInstant } from '#api/http/instants.ts'
import { toApiKey } from '#api/http/v2/api-key-schemas.ts'
import type { IssuedApiKey } from '#app/api-keys.ts'
import { parseScopes, roles, scopesOf, type Role, type Scope } from '#core/access.ts'
import { API_KEY_NAME_LENGTH_MAX, API_KEY_OVERLAP_SECONDS_MAX, type ApiKey } from '#core/api-key.ts'
import { parseUuidV7, type ApiKeyId } from '#core/ids.ts'
import { accepted, by, defineLedgerCommand, print, type Actions, type LedgerCall } from './ledger-command.ts'
import { parseCount, unknown, wrongUsage, type Command } from './usage.ts'

const KEYS_PER_READ = 1000
/** A key is nobody's: with the scopes of a user it would see the accounts of all users. */
const KEY_ROLES: readonly Role[] = roles.filter((role) => role !== 'user')

interface Call extends LedgerCall {
  readonly name?: string
  readonly scopes?: string
  readonly role?: string
  readonly expires?: string
  readonly overlap: string
}

const actions: Actions<Call> = {
  create(call) {
    const { name = '', json } = call
    if (name === '' || name.length > API_KEY_NAME_LENGTH_MAX) {
      throw wrongUsage(`--name must have 1 to ${API_KEY_NAME_LENGTH_MAX} characters: whose key is it?`)
    }
    const request = { name, scopes: scopesOfCall(call), expiresAt: expiryOf(call) }
    return async ({ apiKeys }) =>
      printIssued(accepted(await apiKeys.create(by('createApiKey'), request)), json)
  },

  list:
    ({ json }) =>
    async ({ apiKeys }) => {
      const all: ApiKey[] = []
      for (let page: ApiKey[] = []; ;) {
        const after = page.at(-1)?.id
        page = await apiKeys.list({ limit: KEYS_PER_READ, ...(after === undefined ? {} : { after }) })
        all.push(...page)
        if (page.length < KEYS_PER_READ) break
      }
      print(json === true ? JSON.stringify(all.map(toApiKey), null, 2) : toTable(all))
    },

  rotate(call) {
    const id = idOf(call)
    const overlapSeconds = parseCount('overlap', call.overlap, { min: 0, max: API_KEY_OVERLAP_SECONDS_MAX })
    return async ({ apiKeys }) =>
      printIssued(accepted(await apiKeys.rotate(by('rotateApiKey'), id, overlapSeconds)), call.json)
  },

  revoke(call) {
    const id = idOf(call)
    return async ({ apiKeys }) => {
      accepted(await apiKeys.revoke(by('revokeApiKey'), id))
      print(call.json === true ? JSON.stringify({ id }) : `API key ${id} is revoked`)
    }
  },
}

/** `florin keys create|list|rotate|revoke`: API keys, the first one too. */
export const keys: Command = defineLedgerCommand<Call>({
  meta: { name: 'keys', description: 'Make, list, rotate and revoke API keys' },
  actions,
  usual: 'list',
  id: 'rotate, revoke: which key',
  args: {
    name: { type: 'string', description: 'create: whose key it is, for people' },
    scopes: { type: 'string', description: 'create: what it may do, such as accounts:read,transfers:write' },
    role: { type: 'string', description: `create: what a role may do: ${KEY_ROLES.join(', ')}` },
    expires: { type: 'string', description: 'create: when it ends, such as 2027-01-01T00:00:00Z' },
    overlap: {
      type: 'string',
      default: '3600',
      description: 'rotate: seconds for which the secret before stays good',
    },
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

function printIssued({ result: { id }, secret }: IssuedApiKey, json: boolean | undefined): void {
  if (json === true) return print(JSON.stringify({ id, key: secret }))
  print(`id   ${id}`)
  print(`key  ${secret ?? ''}`)
  print('Keep the key now: Florin keeps only a hash of it, and never shows it again.')
}

function toTable(all: readonly ApiKey[]): string {
  const table = new Table({ head: ['id', 'name', 'scopes', 'ends'], style: { head: [], border: [] } })
  for (const { id, name, scopes, expiresAt, revokedAt } of all) {
    table.push([id, name, scopes.join('\n'), revokedAt === null ? (expiresAt ?? '') : 'revoked'])
  }
  return table.toString()
}
