// Users own accounts. Name and e-mail are a profile kept apart from the journal, so that a person can be erased later.
import type { UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Metadata } from './metadata.ts'

/** A person or organisation that owns accounts. */
export interface User {
  readonly id: UserId
  readonly name: string | null
  /** Unique among users, compared without case. */
  readonly email: string | null
  readonly metadata: Metadata
  /** 1 when created, one more with each update. */
  readonly version: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
  /** When the person was erased: name and e-mail are gone for good then. Null: never. */
  readonly erasedAt: Instant | null
}

/** The form in which two e-mail addresses are the same. */
export function emailKey(email: string): string {
  return email.toLowerCase()
}

/** The user without who it is. */
export function withoutPerson(user: User): User {
  return { ...user, name: null, email: null }
}
