/** A small OpenID provider on loopback: discovery, keys, and tokens of whatever kind. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'

/** The provider. */
export interface OidcIssuer extends AsyncDisposable {
  readonly url: string
  /** How often each path was asked for. */
  readonly asked: Map<string, number>
  /** Signs with another key from now on. */
  rotate(): Promise<void>
  /** A good token of `claims`, changed by them. */
  token(claims?: object): Promise<string>
  publicJwk(): JWK
  /** What discovery says instead of the truth. */
  discovery: object
}

/** Starts it. */
export async function startOidcIssuer(audience: string): Promise<OidcIssuer> {
  const asked = new Map<string, number>()
  const keys: JWK[] = []
  let signing: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
  let count = 0
  const server = createServer(({ url = '' }, response) => {
    asked.set(url, (asked.get(url) ?? 0) + 1)
    const found = {
      '/.well-known/openid-configuration': {
        issuer: issuer.url,
        jwks_uri: `${issuer.url}/keys`,
        ...issuer.discovery,
      },
      '/keys': { keys },
    }[url]
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer: OidcIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    discovery: {},
    async rotate() {
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
      signing = privateKey
      keys.unshift({ ...(await exportJWK(publicKey)), kid: `key ${(count += 1)}`, alg: 'ES256' })
    },
    async token(claims = {}) {
      const now = Math.floor(Date.now() / 1000)
      const plain = { iss: issuer.url, aud: audience, sub: 'someone', iat: now, exp: now + 300 }
      return await new SignJWT({ ...plain, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: String(keys[0]?.kid) })
        .sign(signing)
    },
    publicJwk: () => keys[0] as JWK,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  await issuer.rotate()
  return issuer
}
