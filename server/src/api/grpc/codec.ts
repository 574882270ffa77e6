// Between the bytes of a message and what the schemas of the API know: the JSON of REST, where a time is text of RFC 3339,
// an enum the word of its value in lower case, an int64 text, and what was not sent is absent. So both edges read with
// the same schemas and show with the same renderers, and a message says what a JSON body says.
import { isUtf8 } from 'node:buffer'
import protobuf, { type Enum, type Field, type Type } from 'protobufjs'
import { toStruct } from './struct.ts'

/** A message as the API knows it. */
export type Fields = Readonly<Record<string, unknown>>

/** Stands for a message whose bytes are none of its type: what a reader throws grpc-js answers as if it was our fault. */
export const MALFORMED: Fields = Object.freeze({})

/** Reads and writes one type of message. */
export interface Codec {
  /** MALFORMED when the bytes are no such message. */
  read(bytes: Uint8Array): Fields
  /** Null and undefined are not written. */
  write(fields: object): Buffer
}

/** Makes the codec of a type. */
export function codecOf(type: Type): Codec {
  const plan = planOf(type)
  return {
    read(bytes) {
      try {
        return toFields(plan, type.decode(new StrictReader(bytes)))
      } catch {
        return MALFORMED
      }
    },
    // In Node the writer of protobufjs makes a Buffer.
    write: (fields) => type.encode(toMessage(plan, fields)).finish() as Buffer,
  }
}

/** Refuses text that is not UTF-8, as proto3 wants it; the reader of protobufjs puts U+FFFD in its place. */
class StrictReader extends protobuf.BufferReader {
  override string(): string {
    const bytes = this.bytes() as Buffer
    if (!isUtf8(bytes)) throw new TypeError('not UTF-8')
    return bytes.toString()
  }
}

/** How the fields of a message are converted. */
type Plan = ReadonlyMap<string, FieldPlan>

interface FieldPlan {
  readonly shape: 'one' | 'list' | 'map'
  /** Told from its default value: the field is `optional`, or one of several. */
  readonly present: boolean
  /** Null: as it is. */
  readonly read: Convert | null
  readonly write: Convert | null
}

type Convert = (value: never) => unknown

const plans = new Map<Type, Map<string, FieldPlan>>()

function planOf(type: Type): Plan {
  const known = plans.get(type)
  if (known !== undefined) return known
  const plan = new Map<string, FieldPlan>()
  // Before its fields are, because a type may hold itself.
  plans.set(type, plan)
  for (const field of type.fieldsArray) {
    const shape = field.map ? 'map' : field.repeated ? 'list' : 'one'
    plan.set(field.name, { shape, present: field.partOf !== null, ...convertersOf(field) })
  }
  return plan
}

function convertersOf({ resolvedType, type }: Field): Pick<FieldPlan, 'read' | 'write'> {
  if (resolvedType instanceof protobuf.Enum) return enumConverters(resolvedType)
  switch (resolvedType?.fullName) {
    case undefined:
      return { read: /^u?int64$/.test(type) ? String : null, write: null }
    case '.google.protobuf.Timestamp':
      return { read: toInstantText, write: timestamps() }
    case '.google.protobuf.Struct':
      // Only answers have one.
      return { read: null, write: toStruct }
    default: {
      const plan = planOf(resolvedType as Type)
      return { read: (message) => toFields(plan, message), write: (fields) => toMessage(plan, fields) }
    }
  }
}

/** HOLD_STATUS_OPEN of the enum HoldStatus is "open". A number that has no name stays one, and no schema takes it. */
function enumConverters({ name, values, valuesById }: Enum): Pick<FieldPlan, 'read' | 'write'> {
  const prefix = `${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_`
  const wordOf = (value: string): string => value.slice(prefix.length).toLowerCase()
  const numbers = new Map(Object.entries(values).map(([value, number]) => [wordOf(value), number]))
  return {
    read: (number: number) => (number in valuesById ? wordOf(String(valuesById[number])) : String(number)),
    write: (word: string) => numbers.get(word),
  }
}

/**
 * What has its default value is absent, sent or not: an empty string, list or map, 0, false. Some clients of proto3 send
 * fields that were not set. Where a field is `optional`, or one of several, sending it says something.
 */
function toFields(plan: Plan, message: object): Fields {
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(message)) {
    const value = message[name as never]
    const { shape, present, read } = plan.get(name) as FieldPlan
    if (isDefault(value, shape) && !present) continue
    if (read === null || shape === 'map') fields[name] = value
    else fields[name] = shape === 'list' ? (value as never[]).map(read) : read(value)
  }
  return fields
}

function isDefault(value: unknown, shape: FieldPlan['shape']): boolean {
  switch (shape) {
    case 'map':
      return Object.keys(value as object).length === 0
    case 'list':
      return (value as unknown[]).length === 0
    case 'one':
      // An int64 is an object that prints as its digits.
      return value === '' || value === false || (typeof value !== 'string' && String(value) === '0')
  }
}

function toMessage(plan: Plan, fields: object): object {
  const message: Record<string, unknown> = {}
  for (const name of Object.keys(fields)) {
    const value = fields[name as never]
    const field = value === null || value === undefined ? undefined : plan.get(name)
    if (field === undefined) continue
    const { shape, write } = field
    if (write === null || shape === 'map') message[name] = value
    else message[name] = shape === 'list' ? (value as never[]).map(write) : write(value)
  }
  return message
}

/** Nanoseconds that Florin cannot keep stay in the text, and no schema takes them. */
function toInstantText({ seconds, nanos }: { seconds?: unknown; nanos?: number }): string {
  const time = new Date(Number(seconds ?? 0) * 1000)
  if (Number.isNaN(time.getTime())) return `${String(seconds)} seconds`
  const fraction = String(nanos ?? 0).padStart(9, '0')
  return `${time.toISOString().slice(0, -5)}.${fraction.endsWith('000') ? fraction.slice(0, 6) : fraction}Z`
}

/** All that one commit recorded has one time, so the last one is remembered. */
function timestamps(): (instant: string) => object {
  let last = { instant: '', message: {} }
  return (instant) => {
    if (instant !== last.instant) {
      const seconds = Date.parse(`${instant.slice(0, 19)}Z`) / 1000
      last = { instant, message: { seconds, nanos: Number(instant.slice(20, 26)) * 1000 } }
    }
    return last.message
  }
}
