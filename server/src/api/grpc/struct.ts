// google.protobuf.Struct: JSON as a message, for what has no schema of its own. The names are protobufjs's own.

type Value = Readonly<Record<string, unknown>>

/** An object of JSON as a Struct. */
export function toStruct(json: object): Value {
  const fields = Object.entries(json).map(([name, value]) => [name, toValue(value)])
  return { fields: Object.fromEntries(fields) }
}

function toValue(json: unknown): Value {
  if (json === null || json === undefined) return { nullValue: 0 }
  switch (typeof json) {
    case 'number':
      return { numberValue: json }
    case 'boolean':
      return { boolValue: json }
    case 'object':
      return Array.isArray(json)
        ? { listValue: { values: json.map(toValue) } }
        : { structValue: toStruct(json) }
    case 'string':
      return { stringValue: json }
    default:
      throw new TypeError(`JSON has no ${typeof json}`)
  }
}
