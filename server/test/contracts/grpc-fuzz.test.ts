/**
 * Random messages, made from the contract, and random bytes at every method, of callers of every role and of some who
 * are nobody: each is answered as the docs say, nothing is logged as a bug, and money adds up afterwards.
 * FLORIN_FUZZ_REQUESTS says how many; 10000 take half a minute.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metadata, status, type ServiceError } from '@grpc/grpc-js'
import fc from 'fast-check'
import protobuf, { type Field, type Type } from 'protobufjs'
import { typeOf } from '#api/grpc/contract.ts'
import { createAccessControl } from '#app/access-control.ts'
import { authorizations, roleTokens } from '#test/access-world.ts'
import { createBothEdges } from '#test/both-edges.ts'
import { contract, serviceNames } from '#test/grpc-client.ts'
import { createGrpcEdge } from '#test/grpc-edge.ts'
import { testSeed } from '#test/seed.ts'

const REQUESTS = Number(process.env['FLORIN_FUZZ_REQUESTS'] ?? 3000)
const IN_FLIGHT = 20
/** What a client may be told for what it sent. */
const EXPECTED: readonly status[] = [
  status.OK,
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.ABORTED,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  // Of logging in, which is tried too often.
  status.RESOURCE_EXHAUSTED,
]
/** What some of them are told, whatever the seed. */
const SEEN: readonly status[] = [
  status.OK,
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
]

const AMOUNTS = ['0.01', '1.5', '-1', '99999999999999999999999999999999999999', 'all']
const IDS = ['1', '2', '3', '9001', '0', '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70', 'EUR', 'JPY', 'XXX', '1-0']
const NASTY = ["'; drop table accounts; --", '__proto__', 'constructor', '\u0000', '🪙', ' ', 'x'.repeat(300)]
const TEXTS = [...AMOUNTS, ...IDS, ...NASTY]

function arbitraryOf(type: Type, depth = 0): fc.Arbitrary<object> {
  const fields = type.fieldsArray.filter(
    (field) => depth < 4 || !(field.resolvedType instanceof protobuf.Type),
  )
  const shape = Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, depth)]))
  return fc.record(shape, { requiredKeys: [] })
}

function fieldOf(field: Field, depth: number): fc.Arbitrary<unknown> {
  if (field.map) return fc.dictionary(textOf(), textOf(), { maxKeys: 3 })
  const one = valueOf(field, depth)
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one
}

function textOf(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
}

function valueOf({ resolvedType, type }: Field, depth: number): fc.Arbitrary<unknown> {
  if (resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.values(resolvedType.values), 77)
  if (resolvedType !== null) return arbitraryOf(resolvedType, depth + 1)
  switch (type) {
    case 'string':
      return textOf()
    case 'bool':
      return fc.boolean()
    default:
      return fc.oneof(fc.constantFrom(0, 1, 2, 50, -1), fc.integer())
  }
}

test('answers whatever it is sent', { timeout: 300_000 }, async () => {
  await using edges = await createBothEdges()
  const { florin, store: reader } = edges.rest
  const accessControl = createAccessControl({ florin, reader, tokens: roleTokens })
  await using grpc = await createGrpcEdge({ florin, accessControl })
  const methods = serviceNames(contract).flatMap((service) =>
    Object.entries(
      contract[service] as Record<string, { path: string; requestStream: boolean; responseStream: boolean }>,
    )
      // Watch has no end, and the clock would run away.
      .filter(
        ([name, { requestStream }]) => !requestStream && name !== 'Watch' && name !== 'AdvanceTestClock',
      )
      .map(([name, { path, responseStream }]) => ({ service, name, path, responseStream })),
  )
  assert.ok(methods.length > 40)
  const seed = testSeed()
  const types = new Map(methods.map(({ service, name, path }) => [path, requestOf(service, name)]))
  const bytesOf = (type: Type) =>
    fc.oneof(
      { weight: 9, arbitrary: arbitraryOf(type).map((message) => encode(type, message)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    )
  const samples = fc.sample(
    fc.constantFrom(...methods).chain((method) =>
      fc.record({
        method: fc.constant(method),
        bytes: bytesOf(types.get(method.path) as Type),
        metadata: metadataOf(),
      }),
    ),
    { numRuns: REQUESTS, seed },
  )
  const seen = new Map<status, number>()
  const queue = samples.values()
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const { method, bytes, metadata } of queue) {
        const code = await send(method, bytes, metadata)
        seen.set(code, (seen.get(code) ?? 0) + 1)
        assert.ok(EXPECTED.includes(code), `${method.path} ${bytes.toString('base64')}: ${status[code]}`)
      }
    }),
  )
  assert.deepEqual(grpc.log, [])
  for (const code of SEEN) assert.ok(seen.has(code), status[code])
  assert.equal((await edges.ok('PeriodService/GetTrialBalance', { currency: 'EUR' })).difference, '0.00')

  function send(
    { service, path, responseStream }: (typeof methods)[number],
    bytes: Buffer,
    metadata: Metadata,
  ): Promise<status> {
    const client = grpc.service(service)
    const same = (value: Buffer): Buffer => value
    return new Promise((resolve) => {
      const done = (error: ServiceError | null): void => resolve(error?.code ?? status.OK)
      const options = { deadline: Date.now() + 30_000 }
      if (!responseStream) return client.makeUnaryRequest(path, same, same, bytes, metadata, options, done)
      const stream = client.makeServerStreamRequest(path, same, same, bytes, metadata, options)
      stream.on('error', () => {}).resume()
      stream.once('status', ({ code }: { code: status }) => resolve(code))
    })
  }
})

/** Who calls, and junk besides. */
function metadataOf(): fc.Arbitrary<Metadata> {
  const authorization = fc.oneof(
    ...authorizations.map(({ weight, authorization: one }) => ({ weight, arbitrary: fc.constant(one) })),
  )
  const junk = fc.option(fc.uint8Array({ maxLength: 60 }), { freq: 10 })
  return fc.tuple(authorization, junk).map(([caller, bytes]) => {
    const metadata = new Metadata()
    if (caller !== null) metadata.set('authorization', caller)
    if (bytes !== null) metadata.set('x-junk-bin', Buffer.from(bytes))
    return metadata
  })
}

function requestOf(service: string, name: string): Type {
  return typeOf(`${service.slice(0, service.lastIndexOf('.'))}.${name}Request`)
}

function encode(type: Type, message: object): Buffer {
  return Buffer.from(type.encode(type.fromObject(message)).finish())
}
