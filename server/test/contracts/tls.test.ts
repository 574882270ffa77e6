/** TLS of both servers, from files that are replaced under them as certificate managers do it. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect as connectPlain, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { text } from 'node:stream/consumers'
import { connect, type ConnectionOptions } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { openTlsFiles, type TlsFiles } from '#adapters/tls-files/identity.ts'
import type { Log } from '#ports/log.ts'
import { createAuthority, type Authority, type Certificate } from '#test/certificates.ts'
import { createGrpcClient } from '#test/grpc-client.ts'
import { createGrpcEdge } from '#test/grpc-edge.ts'
import { createEdge } from '#test/http-edge.ts'
import { quietLog } from '#test/quiet-log.ts'

/** Both servers with the certificate, and what one of them sees of it. */
async function serveBoth(tls: TlsFiles) {
  const rest = await createEdge({ server: { tls } })
  await rest.app.listen({ host: '127.0.0.1', port: 0 })
  const grpc = await createGrpcEdge({ server: { tls } })
  const ports = {
    http: (rest.app.server.address() as AddressInfo).port,
    grpc: Number(grpc.address.split(':')[1]),
  }
  return {
    ports,
    address: grpc.address,
    async [Symbol.asyncDispose]() {
      await rest.close()
      await grpc[Symbol.asyncDispose]()
    },
  }
}

describe('TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'florin-tls-'))
  const names = { cert: join(dir, 'tls.crt'), key: join(dir, 'tls.key'), clientCa: null }
  let authority: Authority
  let clientAuthority: Authority
  before(async () => {
    authority = await createAuthority('servers')
    clientAuthority = await createAuthority('clients')
  })
  after(() => rmSync(dir, { recursive: true }))

  function write({ cert, key }: Certificate, { into = dir } = {}): void {
    writeFileSync(join(into, 'tls.crt'), cert)
    writeFileSync(join(into, 'tls.key'), key)
  }

  /** The name in the server's certificate, after one request over HTTP; the error's code when there is none. */
  async function greet(port: number, more: ConnectionOptions = {}): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert, ...more })
    let name = ''
    let end = 'closed'
    let answer = ''
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (end = String(code)))
    socket.on('data', (part) => (answer += String(part)))
    socket.on('secureConnect', () => {
      name = String(socket.getPeerCertificate().subject.CN)
      socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    })
    await new Promise((resolve) => socket.once('close', resolve))
    if (answer !== '') assert.match(answer, /^strict-transport-security: max-age=31536000\r$/im)
    return answer.startsWith('HTTP/1.1 200') ? name : end
  }

  async function call(address: string, own?: Certificate): Promise<string> {
    const pem = (value: string | undefined) => (value === undefined ? null : Buffer.from(value))
    const channel = credentials.createSsl(Buffer.from(authority.cert), pem(own?.key), pem(own?.cert))
    const client = createGrpcClient(address.replace('127.0.0.1', 'localhost'), undefined, channel)
    try {
      return (await client.call('florin.v1.AccountService/CreateAccount', { account_id: 1 })).status
    } finally {
      client.close()
    }
  }

  it('serves both servers, and nobody who speaks plainly, an old version or of another protocol', async () => {
    write(await authority.issue('one'))
    await using both = await serveBoth(await openTlsFiles(names, quietLog))
    assert.equal(await greet(both.ports.http), 'one')
    assert.equal(await call(both.address), 'OK')
    for (const port of Object.values(both.ports)) {
      const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
      assert.match(await greet(port, old), /PROTOCOL_VERSION/)
      const plain = connectPlain({ port, host: '127.0.0.1' }).on('error', () => {})
      plain.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      assert.doesNotMatch(await text(plain).catch(() => ''), /HTTP/)
    }
    assert.match(await greet(both.ports.grpc, { ALPNProtocols: ['http/1.1'] }), /NO_APPLICATION_PROTOCOL/)
    assert.equal(await greet(both.ports.http, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }), 'one')
  })

  it('uses new files from the next connection on, however they came, and stays with the old when they are broken', async () => {
    const lines: string[] = []
    const note = (_: object, message: string): void => void lines.push(message)
    const log: Log = { ...quietLog, info: note, error: note }
    const good = await authority.issue('first')
    write(good)
    const tls = await openTlsFiles(names, log)
    await using both = await serveBoth(tls)
    const seen = async (): Promise<string[]> => {
      await tls.refresh()
      const name = await greet(both.ports.http)
      const socket = connect({
        port: both.ports.grpc,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.cert,
        ALPNProtocols: ['h2'],
      })
      await new Promise((resolve) => socket.once('secureConnect', resolve))
      const names = [name, String(socket.getPeerCertificate().subject.CN)]
      socket.destroy()
      return names
    }
    assert.deepEqual(await seen(), ['first', 'first'])

    write(await authority.issue('overwritten'))
    assert.deepEqual(await seen(), ['overwritten', 'overwritten'])

    const next = await authority.issue('renamed')
    for (const [name, content] of [[names.cert, next.cert] as const, [names.key, next.key] as const]) {
      writeFileSync(`${name}.new`, content)
      renameSync(`${name}.new`, name)
    }
    assert.deepEqual(await seen(), ['renamed', 'renamed'])
    assert.deepEqual(lines, Array(2).fill('a new TLS certificate is in use'))

    lines.length = 0
    writeFileSync(names.key, good.key)
    assert.deepEqual(await seen(), ['renamed', 'renamed'])
    writeFileSync(names.cert, 'no certificate')
    assert.deepEqual(await seen(), ['renamed', 'renamed'])
    rmSync(names.cert)
    assert.deepEqual(await seen(), ['renamed', 'renamed'])
    assert.deepEqual(await seen(), ['renamed', 'renamed'])
    assert.deepEqual(lines, Array(3).fill('the TLS files cannot be used; the certificate stays'))

    write(good)
    assert.deepEqual(await seen(), ['first', 'first'])
    assert.equal(await call(both.address), 'OK')
  })

  it('follows the links of a mounted secret', async () => {
    const mount = join(dir, 'mount')
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(mount, version), { recursive: true })
      write(await authority.issue(version), { into: join(mount, version) })
    }
    symlinkSync('v1', join(mount, '..data'))
    symlinkSync('..data/tls.crt', join(mount, 'tls.crt'))
    symlinkSync('..data/tls.key', join(mount, 'tls.key'))
    const mounted = { cert: join(mount, 'tls.crt'), key: join(mount, 'tls.key'), clientCa: null }
    const tls = await openTlsFiles(mounted, quietLog)
    await using both = await serveBoth(tls)
    assert.equal(await greet(both.ports.http), 'v1')
    symlinkSync('v2', join(mount, '..data_tmp'))
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
    await tls.refresh()
    assert.equal(await greet(both.ports.http), 'v2')
  })

  it('refuses clients without a certificate of the authority, also when another authority comes', async () => {
    write(await authority.issue('server'))
    const clientCa = join(dir, 'clients.crt')
    writeFileSync(clientCa, clientAuthority.cert)
    const tls = await openTlsFiles({ ...names, clientCa }, quietLog)
    await using both = await serveBoth(tls)
    const friend = await clientAuthority.issue('friend')
    const stranger = await authority.issue('stranger')
    const tried = async (): Promise<string[]> =>
      await Promise.all([
        greet(both.ports.http, friend),
        greet(both.ports.http, stranger),
        greet(both.ports.http),
        call(both.address, friend),
        call(both.address, stranger),
        call(both.address),
      ])
    const refused = /^(ERR_SSL_|ECONNRESET|UNAVAILABLE|closed)/
    const first = await tried()
    assert.deepEqual([first[0], first[3]], ['server', 'OK'])
    for (const i of [1, 2, 4, 5]) assert.match(first[i] ?? '', refused)

    writeFileSync(clientCa, authority.cert)
    await tls.refresh()
    const second = await tried()
    assert.deepEqual([second[1], second[4]], ['server', 'ALREADY_EXISTS'])
    for (const i of [0, 2, 3, 5]) assert.match(second[i] ?? '', refused)
  })

  it('does not begin with files that do not belong together, or an authority that is none', async () => {
    const [one, other] = [await authority.issue('one'), await authority.issue('other')]
    write({ cert: one.cert, key: other.key })
    await assert.rejects(openTlsFiles(names, quietLog), /key values mismatch/)
    write(one)
    const clientCa = join(dir, 'none.crt')
    writeFileSync(clientCa, 'nothing')
    await assert.rejects(openTlsFiles({ ...names, clientCa }, quietLog), { code: /^ERR_OSSL/ })
    await assert.rejects(openTlsFiles({ ...names, cert: join(dir, 'absent') }, quietLog), { code: 'ENOENT' })
  })
})
