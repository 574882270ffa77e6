import { hash } from 'node:crypto'
import type { Sha256 } from '#core/merkle.ts'
import type { HexDigest } from '#ports/digest.ts'

/** SHA-256 in one shot: half the time of createHash for the 500 bytes of a fact. */
export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer')

/** SHA-256 as lower-case hex. */
export const sha256Hex: HexDigest = (text) => hash('sha256', text, 'hex')
