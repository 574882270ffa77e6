// Making outcomes.
import type { Accepted, Rejected } from './command.ts'
import type { RefusalCode } from './codes.ts'

/** A command that was carried out, now. */
export function accepted<Result>(result: Result): Accepted<Result> {
  return { kind: 'accepted', replayed: false, result }
}

/** A command that was refused and changed nothing. `field` is a path in the command, null for the whole. */
export function rejected(code: RefusalCode, field: string | null, message: string): Rejected {
  return { kind: 'rejected', replayed: false, refusal: { code, field, message }, transfer: null }
}
