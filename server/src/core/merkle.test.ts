import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { testSeed } from '#test/seed.ts'
import { merkleRoot } from './merkle.ts'

/** The leaves and roots of the reference tests of Certificate Transparency (RFC 6962). */
const LEAVES = ['', '\u0000', '\u0010', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno']
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

test('the known roots of 0 to 8 leaves', () => {
  for (const [n, root] of ROOTS.entries()) {
    assert.equal(Buffer.from(merkleRoot(LEAVES.slice(0, n), sha256)).toString('hex'), root, `${n} leaves`)
  }
})

test('folding pairs gives the tree of RFC 6962, split at the largest power of two, for any lines', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 70 }), (lines) => {
      assert.deepEqual(Buffer.from(merkleRoot(lines, sha256)), split(lines.map((line) => Buffer.from(line))))
    }),
    { seed: testSeed() },
  )
})

/** Section 2.1, word for word. */
function split(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return Buffer.from(sha256(''))
  if (leaves.length === 1) return Buffer.from(sha256(Buffer.concat([Buffer.of(0), leaves[0] as Buffer])))
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return Buffer.from(sha256(Buffer.concat([Buffer.of(1), split(leaves.slice(0, k)), split(leaves.slice(k))])))
}
