import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import type { Principal } from './command-fields.ts'
import type { Instant } from './instant.ts'
import { GENESIS_HASH, pageHash, toFact, toLine } from './journal-page.ts'

const page = {
  previousHash: GENESIS_HASH,
  number: 258,
  root: new Uint8Array(32).fill(7),
  sealedAt: '2026-01-01T00:00:00.000000Z' as Instant,
}

test('a page’s hash covers the hash before, the number, the root and the time', () => {
  const expected = createHash('sha256')
    .update(Buffer.alloc(32))
    .update(Buffer.from('0000000000000102', 'hex'))
    .update(Buffer.alloc(32, 7))
    .update('2026-01-01T00:00:00.000000Z')
    .digest('hex')
  assert.equal(Buffer.from(pageHash(page, sha256)).toString('hex'), expected)
})

test('whatever of a page is changed, its hash changes', () => {
  const hashOf = (change: Partial<typeof page>) =>
    Buffer.from(pageHash({ ...page, ...change }, sha256)).toString('hex')
  const hashes = [
    hashOf({}),
    hashOf({ previousHash: new Uint8Array(32).fill(1) }),
    hashOf({ number: 259 }),
    hashOf({ root: new Uint8Array(32).fill(8) }),
    hashOf({ sealedAt: '2026-01-01T00:00:00.000001Z' as Instant }),
  ]
  assert.equal(new Set(hashes).size, hashes.length)
})

test('a fact is one line of canonical JSON, whatever its texts, and reads back as it was', () => {
  const fact = {
    type: 'user.created' as const,
    principal: 'a\nb' as Principal,
    data: { z: 'line\nbreak', a: { 10: 'x', 9: '\u2028' } },
  }
  const line = toLine(fact)
  assert.equal(
    line,
    '{"data":{"a":{"10":"x","9":"\u2028"},"z":"line\\nbreak"},"principal":"a\\nb","type":"user.created"}',
  )
  assert.ok(!line.includes('\n'))
  assert.deepEqual(toFact(line), fact)
})
