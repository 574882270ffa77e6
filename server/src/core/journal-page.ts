// A page of the journal: the facts of one commit, sealed so that neither they nor their order can be changed unseen.
import { canonicalJson } from './canonical-json.ts'
import type { Fact } from './facts.ts'
import type { Instant } from './instant.ts'
import type { Sha256 } from './merkle.ts'

/** What the hash of page 1 follows. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(32)

/** A fact as the journal holds it: one line of canonical JSON. */
export function toLine({ type, principal, data }: Fact): string {
  return canonicalJson({ type, principal, data })
}

/** The fact of a line that toLine made. */
export function toFact(line: string): Fact {
  return JSON.parse(line) as Fact
}

/**
 * The hash that chains a page to the one before: SHA-256 over the previous hash (32 bytes), the page's number
 * (8 bytes, big-endian), its Merkle root (32 bytes) and the time of its sealing (27 bytes of ASCII).
 * The stored function seal_page does the same.
 */
export function pageHash(
  page: {
    readonly previousHash: Uint8Array
    readonly number: number
    readonly root: Uint8Array
    readonly sealedAt: Instant
  },
  sha256: Sha256,
): Uint8Array {
  const time = new TextEncoder().encode(page.sealedAt)
  const bytes = new Uint8Array(72 + time.length)
  bytes.set(page.previousHash, 0)
  new DataView(bytes.buffer).setBigUint64(32, BigInt(page.number))
  bytes.set(page.root, 40)
  bytes.set(time, 72)
  return sha256(bytes)
}
