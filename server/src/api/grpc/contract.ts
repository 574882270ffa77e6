// The contract in proto/, read once when the process starts.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import type { PackageDefinition } from '@grpc/proto-loader'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor/index.js'
import { codecOf, type Codec, type Fields } from './codec.ts'

const FOLDER = fileURLToPath(new URL('../../../../proto/', import.meta.url))

const root = new protobuf.Root()
root.resolvePath = (_importer, path) => `${FOLDER}${path}`
root.loadSync(globSync('**/*.proto', { cwd: FOLDER }), { keepCase: true })
root.resolveAll()

/** A method of the contract, as grpc-js calls it. */
export type Method = MethodDefinition<Fields, object>

/** A service of the contract, by the names of its methods. */
export function serviceOf(name: string): ServiceDefinition & Readonly<Record<string, Method>> {
  const methods = root.lookupService(name).methodsArray.map((method): [string, Method] => {
    const request = codecOf(method.resolvedRequestType as protobuf.Type)
    const response = codecOf(method.resolvedResponseType as protobuf.Type)
    return [
      method.name,
      {
        path: `/${name}/${method.name}`,
        requestStream: method.requestStream === true,
        responseStream: method.responseStream === true,
        requestSerialize: (message) => request.write(message),
        requestDeserialize: (bytes) => request.read(bytes),
        responseSerialize: (message) => response.write(message),
        responseDeserialize: (bytes) => response.read(bytes),
      },
    ]
  })
  return Object.fromEntries(methods)
}

/** A type of message of the contract. */
export function typeOf(name: string): protobuf.Type {
  return root.lookupType(name)
}

/** A message of the contract. */
export function messageOf(name: string): Codec {
  return codecOf(typeOf(name))
}

/**
 * What the reflection service tells: the contract and the health service as buf compiled them. protobufjs has lost the
 * imports, and which fields are optional.
 */
export const reflected: PackageDefinition = {
  florin: compiled('gen/florin.binpb'),
  health: compiled('gen/health.binpb'),
}

/** The reflection service looks at nothing but the files. */
function compiled(path: string): PackageDefinition[string] {
  const set = readFileSync(new URL(path, import.meta.url))
  const { file } = descriptor.FileDescriptorSet.decode(set) as unknown as descriptor.IFileDescriptorSet
  const encode = (one: object): Buffer => Buffer.from(descriptor.FileDescriptorProto.encode(one).finish())
  return { format: 'Protocol Buffer 3 EnumDescriptorProto', type: {}, fileDescriptorProtos: file.map(encode) }
}
