// Florin's own access tokens: JWTs (RFC 9068) signed with Ed25519, by keys that are kept sealed with AES-256-GCM.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type JWK,
} from 'jose'
import type { SigningKey, TokenKeys } from '#ports/access-tokens.ts'
import type { SealedKey } from '#ports/signing-keys.ts'
import { verifyToken } from './verify.ts'

/** Who issues and takes Florin's own tokens. */
const FLORIN = 'florin'
const ALGORITHM = 'EdDSA'
const TYPE = 'at+jwt'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Keys are sealed under a key that is derived from the secret. */
export function createTokenKeys(secret: string): TokenKeys {
  const sealing = Buffer.from(hkdfSync('sha256', secret, '', 'florin signing keys', 32))

  function seal(text: string, id: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(id))
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
  }

  /** Null when it was sealed with another key, or for another id. */
  function unseal(sealed: string, id: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url')
    const [nonce, tag] = [
      bytes.subarray(0, NONCE_BYTES),
      bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES),
    ]
    try {
      const decipher = createDecipheriv('aes-256-gcm', sealing, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(id))
        .setAuthTag(tag)
      return (
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      )
    } catch {
      return null
    }
  }

  return {
    async make(key) {
      const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true })
      return { ...key, sealed: seal(JSON.stringify(await exportJWK(privateKey)), key.id) }
    },
    async open(key) {
      const text = unseal(key.sealed, key.id)
      return text === null ? null : await toSigningKey(key, JSON.parse(text) as JWK)
    },
    peek(token) {
      try {
        const { kid } = decodeProtectedHeader(token)
        const { iss } = decodeJwt(token)
        return { issuer: iss ?? FLORIN, keyId: kid ?? null }
      } catch {
        return null
      }
    },
  }
}

async function toSigningKey({ id, createdAt }: SealedKey, jwk: JWK): Promise<SigningKey> {
  const { d: _secret, ...open } = jwk
  const publicJwk = { ...open, kid: id, alg: ALGORITHM, use: 'sig' }
  const [signing, verifying] = [await importJWK(jwk, ALGORITHM), await importJWK(publicJwk, ALGORITHM)]
  return {
    id,
    createdAt,
    publicJwk,
    async sign(claims, { now, seconds }) {
      const nowSeconds = Math.floor(Date.parse(now) / 1000)
      return await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: id, typ: TYPE })
        .setIssuer(FLORIN)
        .setAudience(FLORIN)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + seconds)
        .sign(signing)
    },
    verify: async (token, now) =>
      await verifyToken(token, async () => verifying, now, {
        algorithms: [ALGORITHM],
        issuer: FLORIN,
        audience: FLORIN,
        typ: TYPE,
      }),
  }
}
