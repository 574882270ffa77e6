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
    if (!(error instanceof AppError) || error.kind !== 'validation') throw error
    throw invalidFields(error.fields.map(({ field, message }) => ({ field: fieldName(field), message })))
  }
}
