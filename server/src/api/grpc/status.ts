// What goes wrong, as statuses of gRPC: two total tables give every code and kind its status.
import { status } from '@grpc/grpc-js'
import type { RefusalCode } from '#core/codes.ts'
import type { ErrorKind } from '#core/errors.ts'

/** Every refusal's status. */
export const refusalStatuses = {
  idempotency_key_reused: status.ALREADY_EXISTS,
  transfer_id_reused: status.ALREADY_EXISTS,
  user_not_found: status.NOT_FOUND,
  user_exists: status.ALREADY_EXISTS,
  email_taken: status.ALREADY_EXISTS,
  currency_exists: status.ALREADY_EXISTS,
  account_exists: status.ALREADY_EXISTS,
  account_not_found: status.NOT_FOUND,
  version_mismatch: status.ABORTED,
  same_account: status.INVALID_ARGUMENT,
  currency_mismatch: status.FAILED_PRECONDITION,
  system_account: status.FAILED_PRECONDITION,
  insufficient_funds: status.FAILED_PRECONDITION,
  credit_limit_in_use: status.FAILED_PRECONDITION,
  balance_overflow: status.OUT_OF_RANGE,
} as const satisfies Record<RefusalCode, status>

/** Every kind of AppError. */
export const errorStatuses = {
  application: status.INTERNAL,
  bad_request: status.INVALID_ARGUMENT,
  conflict: status.ABORTED,
  domain: status.FAILED_PRECONDITION,
  forbidden: status.PERMISSION_DENIED,
  internal: status.INTERNAL,
  marshaling: status.INTERNAL,
  not_found: status.NOT_FOUND,
  unauthorized: status.UNAUTHENTICATED,
  validation: status.INVALID_ARGUMENT,
  unavailable: status.UNAVAILABLE,
} as const satisfies Record<ErrorKind, status>
