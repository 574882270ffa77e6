import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClientAddress, neighbourhoodOf } from './client-address.ts'

test('without trusted proxies only the connection counts', () => {
  const addressOf = createClientAddress([])
  assert.equal(addressOf('192.0.2.1', '198.51.100.7'), '192.0.2.1')
  assert.equal(addressOf('::ffff:192.0.2.1', undefined), '192.0.2.1')
  assert.equal(addressOf(undefined, undefined), '')
})

const cases: [connected: string, forwardedFor: string | undefined, client: string][] = [
  // A stranger may say what they like.
  ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['10.0.0.1', undefined, '10.0.0.1'],
  ['10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['10.0.0.1', '203.0.113.9, 198.51.100.7', '198.51.100.7'],
  ['10.0.0.1', '203.0.113.9, 198.51.100.7, 10.9.9.9', '198.51.100.7'],
  ['fd00::1', '2001:db8::7', '2001:db8::7'],
  ['10.0.0.1', '10.0.0.2', '10.0.0.2'],
  // What is no address makes all of it worthless.
  ['10.0.0.1', 'unknown', '10.0.0.1'],
  ['10.0.0.1', '198.51.100.7:443', '10.0.0.1'],
  ['10.0.0.1', '', '10.0.0.1'],
  ['10.0.0.1', "'; drop table florin.accounts --", '10.0.0.1'],
]
for (const [connected, forwardedFor, client] of cases) {
  test(`${connected} for ${forwardedFor} is ${client}`, () => {
    const addressOf = createClientAddress(['10.0.0.0/8', 'fd00::1'])
    assert.equal(addressOf(connected, forwardedFor), client)
  })
}

test('what is no network is refused', () => {
  for (const wrong of ['10.0.0.0/33', 'proxy.example', '10.0.0', '']) {
    assert.throws(() => createClientAddress([wrong]), wrong)
  }
})

test('an IPv6 caller is their network', () => {
  assert.equal(neighbourhoodOf('192.0.2.1'), '192.0.2.1')
  assert.equal(neighbourhoodOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2')
  assert.equal(neighbourhoodOf('2001:db8:1:2::9'), '2001:db8:1:2')
  assert.equal(neighbourhoodOf('2001:db8::9'), '2001:db8:0:0')
  assert.equal(neighbourhoodOf('::1'), '0:0:0:0')
  assert.equal(neighbourhoodOf('2001:db8:1::'), '2001:db8:1:0')
})
