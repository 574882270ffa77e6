/** Makes secrets, and what can be kept of them. */
export interface Secrets {
  /** 256 random bits: 43 characters of base64url. */
  random(): string
  /** A keyed hash, in hex. The same text has another one for each purpose, and for each Florin with a secret of its own. */
  hash(purpose: string, text: string): string
  /** Whether it is the hash of the text; how long that takes says nothing about it. */
  isHash(hash: string, purpose: string, text: string): boolean
}
