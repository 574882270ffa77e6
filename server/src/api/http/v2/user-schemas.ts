// What v2 reads and answers about users.
import { z } from 'zod'
import { parseUuidV7, type UserId } from '#core/ids.ts'
import type { User } from '#core/user.ts'
import { listQuery } from '../pages.ts'
import { metadata, plainText, userIdText } from '../fields.ts'
import { instant, pageOf, shownMetadata, uuid, version } from './shown.ts'

const NAME_LENGTH_MAX = 200
// RFC 5321: 64 for the mailbox, an @ and 255 for the domain, of which 254 fit a path.
const EMAIL_LENGTH_MAX = 254

const name = plainText(NAME_LENGTH_MAX, { examples: ['Ada Lovelace'] }).nullable()
const email = plainText(EMAIL_LENGTH_MAX, { examples: ['ada@example.com'] })
  .refine((text) => /^[^\s@]+@[^\s@]+$/.test(text), 'must be an e-mail address')
  .nullable()

/** `POST /v2/users` */
export const NewUser = z
  .strictObject({
    id: userIdText.optional(),
    name: name.default(null),
    email: email.default(null),
    metadata: metadata.default({}),
  })
  .meta({ id: 'NewUser', examples: [{ name: 'Ada Lovelace', email: 'ada@example.com' }] })

/** `PATCH /v2/users/{user_id}` */
export const UserChanges = z
  .strictObject({ name: name.optional(), email: email.optional(), metadata: metadata.optional() })
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .meta({ id: 'UserChanges', minProperties: 1, examples: [{ name: 'Ada King' }] })

/** Path of one user. */
export const UserPath = z.strictObject({ user_id: userIdText })
/** `GET /v2/users` */
export const userList = listQuery({ name: 'users', filters: {}, position: parseUuidV7<UserId> })

/** A user. */
export const UserSchema = z
  .strictObject({
    id: uuid,
    name: z.string().nullable(),
    email: z.string().nullable(),
    metadata: shownMetadata,
    version,
    created_at: instant,
    updated_at: instant,
    erased_at: instant
      .nullable()
      .meta({ description: 'When name and e-mail address were erased; null: never' }),
  })
  .meta({ id: 'User' })

/** A page of users. */
export const UserPage = pageOf(UserSchema, 'UserPage')

/** Renders a user. */
export function toUser(user: User): z.output<typeof UserSchema> {
  const {
    id,
    name: shownName,
    email: shownEmail,
    metadata: own,
    version: number,
    createdAt,
    updatedAt,
    erasedAt,
  } = user
  return {
    id,
    name: shownName,
    email: shownEmail,
    metadata: own,
    version: number,
    created_at: createdAt,
    updated_at: updatedAt,
    erased_at: erasedAt,
  }
}
