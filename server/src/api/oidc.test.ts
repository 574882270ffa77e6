/** Callers with tokens of an OpenID provider, over both edges: which are taken, and what their claims come to. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { systemClock } from '#adapters/runtime-node/clock.ts'
import { createOidcTokens } from '#adapters/tokens-jose/oidc.ts'
import { startOidcIssuer, type OidcIssuer } from '#test/oidc-issuer.ts'
import { bearer, openTokenEdges, type TokenEdges } from '#test/token-edges.ts'

const AUDIENCE = 'florin of a test'
const NAMES = { user: 'florin_user', roles: 'realm_access.roles', scopes: 'florin_scopes' }

let issuer: OidcIssuer
let edges: TokenEdges
before(async () => {
  issuer = await startOidcIssuer(AUDIENCE)
  const tokens = createOidcTokens({ issuer: issuer.url, audience: AUDIENCE })
  edges = await openTokenEdges({ tokens, names: NAMES })
})
after(async () => {
  await edges.close()
  await issuer[Symbol.asyncDispose]()
})

test('tokens of the provider are taken, and those that are not good are told apart', async () => {
  const roles = { realm_access: { roles: ['auditor', 'offline_access'] } }
  await edges.taken(await issuer.token(roles))
  const now = Math.floor(Date.now() / 1000)
  const bad: [object, string][] = [
    [{ exp: now - 60 }, 'token_expired'],
    [{ nbf: now + 60 }, 'token_not_yet_valid'],
    [{ iat: now + 60 }, 'token_not_yet_valid'],
    [{ aud: 'somebody else' }, 'wrong_audience'],
    [{ iss: 'https://elsewhere.example.org' }, 'wrong_issuer'],
    [{ florin_user: 'no id' }, 'invalid_token'],
    [{ exp: undefined }, 'invalid_token'],
    [{ realm_access: { roles: ['user'] } }, 'invalid_token'],
  ]
  for (const [claims, code] of bad) await edges.refused(await issuer.token(claims), code)
  const [header = '', payload = ''] = (await issuer.token(roles)).split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const hs = `${Buffer.from(JSON.stringify({ alg: 'HS256', kid })).toString('base64url')}.${payload}`
  const secret = JSON.stringify(issuer.publicJwk())
  await edges.refused(`${hs}.${createHmac('sha256', secret).update(hs).digest('base64url')}`, 'invalid_token')
})

test('claims of the provider say who calls, and what they may', async () => {
  const as = async (claims: object) => {
    const headers = bearer(await issuer.token(claims))
    const asked = [
      await edges.rest.get('/v2/events?limit=1', headers),
      await edges.rest.get(`/v2/accounts/${edges.world.ann.accounts[0]}`, headers),
      await edges.rest.get(`/v2/accounts/${edges.world.bob.accounts[0]}`, headers),
    ]
    return asked.map(({ status }) => status)
  }
  const florin_user = edges.world.ann.userId
  assert.deepEqual(await as({}), [403, 403, 403])
  assert.deepEqual(await as({ realm_access: { roles: ['auditor'] } }), [200, 200, 200])
  assert.deepEqual(await as({ florin_user, realm_access: { roles: ['user'] } }), [403, 200, 404])
  assert.deepEqual(await as({ florin_user, florin_scopes: 'accounts:read' }), [403, 200, 404])
  assert.deepEqual(await as({ florin_scopes: ['accounts:read'] }), [403, 200, 200])
})

test('a new key of the provider is found, and an unknown one does not make Florin ask for every token', async () => {
  const clock = { ms: 0 }
  const tokens = createOidcTokens({ issuer: issuer.url, audience: AUDIENCE }, { nowMs: () => clock.ms })
  const now = systemClock.now()
  await tokens.verify(await issuer.token(), now)
  await issuer.rotate()
  const asked = () => issuer.asked.get('/keys') ?? 0
  const before = asked()
  for (let i = 0; i < 5; i++) await assert.rejects(tokens.verify(await issuer.token(), now))
  assert.equal(asked(), before, 'not so soon')
  clock.ms += 11_000
  assert.equal((await tokens.verify(await issuer.token(), now)).subject, 'someone')
  assert.equal(asked(), before + 1)
})

test('a provider that says to be another, or is not there, is unavailable and not a refusal', async () => {
  issuer.discovery = { issuer: 'https://another.example.org' }
  try {
    const tokens = createOidcTokens({ issuer: issuer.url, audience: AUDIENCE })
    const now = systemClock.now()
    await assert.rejects(tokens.verify(await issuer.token(), now), { kind: 'unavailable' })
  } finally {
    issuer.discovery = {}
  }
})
