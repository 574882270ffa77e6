// How the text of a setting becomes a value. Issues are worded to follow its name: "must be …".
import { isIP } from 'node:net'
import { z } from 'zod'

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, { message, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
}

/** A port, 0 for any free one, or null for none. */
export function portOrOff() {
  const port = wholeNumber(0, 65_535)
  return z.string().transform((text, context) => {
    if (text === 'off') return null
    const read = port.safeParse(text)
    if (read.success) return read.data
    context.addIssue({ code: 'custom', message: 'must be a whole number from 0 to 65535, or off' })
    return z.NEVER
  })
}

/** The name of a claim of a token. */
export function claimName() {
  return z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be the name of a claim, such as realm_access.roles')
}

/** An address or a name of this machine. */
export function hostName() {
  return z
    .string()
    .refine(
      (host) => isIP(host) !== 0 || /^[A-Za-z0-9.-]+$/.test(host),
      'must be an address such as 127.0.0.1',
    )
}

/** A URL of one of these protocols, with a host. */
export function urlLike(example: string, protocols: readonly string[]) {
  return z.string().refine((text) => {
    const url = URL.parse(text)
    return url !== null && url.host !== '' && protocols.includes(url.protocol)
  }, `must look like ${example}`)
}
