import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedBuffersMb, tunedSettings } from './config.ts'

const GIB = 1024 ** 3

for (const { memory, expected } of [
  { memory: GIB / 4, expected: 128 },
  { memory: GIB, expected: 128 },
  { memory: 4 * GIB, expected: 512 },
  { memory: 8 * GIB, expected: 1024 },
  { memory: 256 * GIB, expected: 1024 },
]) {
  test(`of ${memory / GIB} GiB the database keeps ${expected} MB of pages`, () => {
    assert.equal(sharedBuffersMb(memory), expected)
    assert.match(tunedSettings(memory), new RegExp(`^shared_buffers = ${expected}MB$`, 'm'))
  })
}
