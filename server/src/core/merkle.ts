// The Merkle tree of a journal page, hashed as RFC 6962 section 2.1 does: a prefix byte keeps leaves and nodes apart.

/** SHA-256 over the concatenation of the parts. Handed in: the core has no crypto of its own. */
export type Sha256 = (...parts: readonly Uint8Array[]) => Uint8Array

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/**
 * The root over the leaves, in order. For no leaves: the hash of nothing.
 * Folding pairs level by level, and carrying an odd last node up as it is, gives the same tree as RFC 6962's
 * "largest power of two smaller than n" split.
 */
export function merkleRoot(leaves: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  let level = leaves.map((leaf) => sha256(LEAF, leaf))
  if (level.length === 0) return sha256()
  while (level.length > 1) {
    const above: Uint8Array[] = []
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array
      const right = level[i + 1]
      above.push(right === undefined ? left : sha256(NODE, left, right))
    }
    level = above
  }
  return level[0] as Uint8Array
}
