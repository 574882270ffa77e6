// The core names fields by their place in a command; callers know them by what they sent.
import { AppError, invalidFields } from '#core/errors.ts'

/** The promise's value; a validation error it ends with gets the caller's own field names. */
export async function withFieldNames<T>(
  fieldName: (field: string) => string,
  promise: Promise<T>,
): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw error instanceof AppError ? renamed(error, fieldName) : error
  }
}

/** The error; a validation error gets the caller's own field names. */
export function renamed(error: AppError, fieldName: (field: string) => string): AppError {
  return error.kind === 'validation'
    ? invalidFields(error.fields.map(({ field, message }) => ({ field: fieldName(field), message })))
    : error
}
