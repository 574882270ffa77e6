// A transfer as v2 takes it over gRPC: REST's, one level deeper, and with a field of its own for "up to so much".
import { z } from 'zod'
import type { TransferRequest } from '#app/transfer-requests.ts'
import { parseMessage } from '../../http/validation.ts'
import { namesOf, NewTransfer } from '../../http/v2/new-transfer.ts'
import type { Fields } from '../codec.ts'

const Wrapped = z.strictObject({ transfer: NewTransfer })

/** A transfer that was asked for, and the request's names of its fields. */
export interface Asked {
  readonly request: TransferRequest
  readonly fieldName: (field: string) => string
}

/** Reads the field `transfer` of a request. */
export function readTransfer(transfer: unknown): Asked {
  const fields = transfer as Fields | undefined
  const asked = parseMessage(Wrapped, fields === undefined ? {} : { transfer: toRest(fields) }).transfer
  const restName = namesOf(asked)
  return { request: asked.request, fieldName: (field) => `transfer.${movedName(fields, restName(field))}` }
}

/** A NewTransfer as REST takes it. */
export function toRest(fields: Fields): Fields {
  const { postings } = fields
  const moved = withMax(fields)
  return postings === undefined ? moved : { ...moved, postings: (postings as Fields[]).map(withMax) }
}

function withMax({ amount_max: max, ...fields }: Fields): Fields {
  return max === undefined ? fields : { ...fields, amount: { max } }
}

/** What is wrong with an amount is wrong with the field that it came in. */
export function movedName(fields: Fields | undefined, field: string): string {
  const [, place = ''] = /^(?:postings\[(\d+)\]\.)?amount$/.exec(field) ?? []
  const posting = place === '' ? fields : (fields?.['postings'] as Fields[] | undefined)?.[Number(place)]
  return field.endsWith('amount') && posting?.['amount_max'] !== undefined ? `${field}_max` : field
}
