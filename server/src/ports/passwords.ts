/** Makes slow hashes of passwords, away from the event loop. */
export interface Passwords {
  /** With a salt of its own and with what it was made by, so that it can be told later how to compare. */
  hash(password: string): Promise<string>
  matches(hash: string, password: string): Promise<boolean>
}
