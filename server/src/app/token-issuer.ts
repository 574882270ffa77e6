// Access tokens of Florin's own. Their keys are in the store, so that all processes and every restart have the same, and
// each signs for a month; one that has a successor verifies until the last of its tokens has expired.
import { accessError } from '#core/access-codes.ts'
import { addSeconds } from '#core/instant.ts'
import type { PublicJwk, SigningKey, TokenClaims, TokenKeys } from '#ports/access-tokens.ts'
import type { Clock } from '#ports/clock.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { SigningKeyStore } from '#ports/signing-keys.ts'

/** How long an access token is good. */
export const ACCESS_TOKEN_SECONDS = 15 * 60
/** How long a key signs. */
const SIGNING_KEY_SECONDS = 30 * 86_400
/** How long a key stays that has a successor: longer than its tokens. */
const RETIRED_KEY_SECONDS = 4 * ACCESS_TOKEN_SECONDS
/** An unknown key makes this process look for it in the store, at most so often. */
const LOOK_AGAIN_MS = 1_000

/** Issues and verifies access tokens. */
export interface TokenIssuer {
  issue(claims: object): Promise<string>
  /** Throws unauthorized, with a code of accessCodes. */
  verify(token: string, keyId: string | null): Promise<TokenClaims>
  /** The public halves of all keys whose tokens are taken. */
  jwks(): Promise<readonly PublicJwk[]>
  /** Makes a new key when the one there is has signed for long enough, and removes what is over. */
  readonly rotate: () => Promise<'done'>
}

/** Makes the issuer; the first token makes the first key. */
export function createTokenIssuer(deps: {
  readonly store: SigningKeyStore
  readonly keys: TokenKeys
  readonly ids: IdSource
  readonly clock: Clock
  readonly nowMs?: () => number
}): TokenIssuer {
  const { store, keys, ids, clock, nowMs = () => performance.now() } = deps
  /** The newest first. Those of another secret are not there. */
  let opened: readonly SigningKey[] = []
  let lookedAtMs = -Infinity
  let looking: Promise<void> | null = null

  async function look(): Promise<void> {
    looking ??= lookNow().finally(() => {
      looking = null
    })
    await looking
  }

  async function lookNow(): Promise<void> {
    lookedAtMs = nowMs()
    const known = new Map(opened.map((key) => [key.id, key]))
    const sealed = await store.listSigningKeys()
    const all = await Promise.all(sealed.map(async (key) => known.get(key.id) ?? (await keys.open(key))))
    opened = all.filter((key) => key !== null)
  }

  async function signing(): Promise<SigningKey> {
    if (opened.length === 0) await look()
    const [newest] = opened
    if (newest !== undefined && !isOver(newest)) return newest
    await store.addSigningKey(await keys.make({ id: ids.transferId(), createdAt: clock.now() }))
    await lookNow()
    const [made] = opened
    if (made === undefined) throw new Error('the key that was just made is not there')
    return made
  }

  function isOver({ createdAt }: SigningKey): boolean {
    return addSeconds(createdAt, SIGNING_KEY_SECONDS) <= clock.now()
  }

  return {
    async issue(claims) {
      const times = { now: clock.now(), seconds: ACCESS_TOKEN_SECONDS }
      return await (await signing()).sign(claims, times)
    },
    async verify(token, keyId) {
      const find = (): SigningKey | undefined => opened.find(({ id }) => id === keyId)
      if (find() === undefined && nowMs() - lookedAtMs >= LOOK_AGAIN_MS) await look()
      const key = find()
      if (key === undefined)
        throw accessError('invalid_token', 'the access token names no key of this Florin')
      return await key.verify(token, clock.now())
    },
    async jwks() {
      await signing()
      return opened.map(({ publicJwk }) => publicJwk)
    },
    async rotate() {
      await look()
      // Who never had a login needs no key.
      if (opened.length > 0) await signing()
      const [newest, ...older] = opened
      if (newest !== undefined && addSeconds(newest.createdAt, RETIRED_KEY_SECONDS) <= clock.now()) {
        for (const { id } of older) await store.removeSigningKey(id)
        opened = [newest]
      }
      return 'done'
    },
  }
}
