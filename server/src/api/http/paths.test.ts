// Tricks with paths lead nowhere: not past the door, not to what is another's, and not to an answer without a request id.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { makeAccessWorld, roleTokens, type AccessWorld } from '#test/access-world.ts'
import { createEdge, type Edge } from '#test/http-edge.ts'

/** Ways to write the path of one's own account and then another's, as clients do not: they would be made right on the way. */
const tricks = (own: string, other: string): string[] => [
  `//v2/accounts/${other}`,
  `/v2//accounts/${other}`,
  `/v2/accounts//${other}`,
  `/v2/accounts/./${other}`,
  `/v2/accounts/${own}/../${other}`,
  `/v2/accounts/${own}%2f..%2f${other}`,
  `/v2/accounts/${own}/%2e%2e/${other}`,
  `/openapi.json/../v2/accounts/${other}`,
  `/health/live/..;/v2/accounts/${other}`,
  `/%76%32/accounts/${other}`,
  `/v2/accounts/%c0%af${other}`,
  `/v2/accounts/${other}%`,
  `/v2/accounts/${other}%zz`,
  `/v2/accounts/${other}%00`,
  `/v2/accounts/${other}%0d%0aX-Evil:%201`,
  `/v2/accounts/${other};own=${own}`,
  `/v2/accounts/${other}/`,
  `/v2/accounts/${other}.json`,
  `/V2/Accounts/${other}`,
  `\\v2\\accounts\\${other}`,
  `v2/accounts/${other}`,
  `Xv2/accounts/${other}`,
  `/v2/accounts/${other}#/v2/accounts/${own}`,
  `/v2/accounts/${own}?account_id=${other}`,
  `/v2/accounts/${'9'.repeat(5000)}`,
  `/${'a/'.repeat(4000)}`,
  `http://other.example/v2/accounts/${other}`,
  'other.example:80',
  '*',
]

describe('tricks with paths', () => {
  let edge: Edge
  let world: AccessWorld
  let port: number

  before(async () => {
    edge = await createEdge({ tokens: roleTokens })
    world = await makeAccessWorld(edge.florin)
    await edge.app.listen({ port: 0, host: '127.0.0.1' })
    port = (edge.app.server.address() as AddressInfo).port
  })
  after(() => edge.close())

  /** As it stands, in one write. */
  async function get(
    target: string,
    authorization: string | null,
  ): Promise<{ status: number; text: string }> {
    const header = authorization === null ? '' : `Authorization: ${authorization}\r\n`
    const socket = connect(port, '127.0.0.1').setEncoding('latin1')
    socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\n${header}Connection: close\r\n\r\n`)
    let text = ''
    socket.on('data', (part: string) => (text += part))
    await once(socket, 'close')
    return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]), text }
  }

  it('lead nowhere', async () => {
    const [own, other] = [world.ann.accounts[0], world.bob.accounts[0]]
    assert.equal((await get(`/v2/accounts/${own}`, 'Bearer user')).status, 200)
    assert.equal((await get(`/v2/accounts/${other}`, 'Bearer user')).status, 404)
    assert.equal((await get(`/v2/accounts/${other}`, 'Bearer admin')).status, 200)
    const absolute = await get(`http://florin.example/v2/accounts/${own}`, 'Bearer user')
    assert.equal(absolute.status, 200, 'the absolute form is what proxies send')
    for (const target of tricks(own, other)) {
      for (const authorization of ['Bearer user', null]) {
        const { status, text } = await get(target, authorization)
        const what = `${target.slice(0, 80)} ${authorization}: ${text.slice(0, 700)}`
        assert.ok(status >= 400 && status < 500, what)
        assert.match(text, /\r\nX-Request-Id: [0-9a-f-]{36}\r\n/i, what)
        assert.match(text, /\r\nContent-Type: application\/problem\+json/i, what)
        assert.doesNotMatch(text, /X-Evil:|"balances"/, what)
      }
      assert.ok((await get(target, 'Bearer admin')).status < 500, target)
    }
    assert.deepEqual(edge.log, [])
  })
})
