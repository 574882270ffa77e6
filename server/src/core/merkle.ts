// The Merkle tree of a journal page, hashed as RFC 6962 section 2.1 does: a prefix byte keeps leaves and nodes apart.

/** SHA-256 of bytes, or of a text's UTF-8 bytes. Handed in: the core has no crypto of its own. */
export type Sha256 = (data: Uint8Array | string) => Uint8Array

const HASH_BYTES = 32
const NODE_PREFIX = 1

/**
 * The root over the lines, in order. For no lines: the hash of nothing.
 *
 * Folding pairs level by level, and carrying an odd last node up as it is, gives the same tree as RFC 6962's split at
 * the largest power of two below n.
 */
export function merkleRoot(lines: readonly string[], sha256: Sha256): Uint8Array {
  // U+0000 is the byte 0x00 in UTF-8: the leaf prefix.
  let level = lines.map((line) => sha256(`\u0000${line}`))
  if (level.length === 0) return sha256('')
  while (level.length > 1) {
    const above: Uint8Array[] = []
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array
      const right = level[i + 1]
      above.push(right === undefined ? left : nodeHash(left, right, sha256))
    }
    level = above
  }
  return level[0] as Uint8Array
}

function nodeHash(left: Uint8Array, right: Uint8Array, sha256: Sha256): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES)
  bytes[0] = NODE_PREFIX
  bytes.set(left, 1)
  bytes.set(right, 1 + HASH_BYTES)
  return sha256(bytes)
}
