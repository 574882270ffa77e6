// The settings of limits: rates, and the networks whose word counts.
import { z } from 'zod'
import { createClientAddress } from '#api/client-address.ts'
import type { RateLimit } from '#ports/rate-limiter.ts'

const RATE = /^([1-9][0-9]{0,6})(?: +burst +([1-9][0-9]{0,7}))?$/

/** Reads `1000` or `1000 burst 5000`: requests per second, and how many at once. `off` is null. */
export const rateLimit = z.string().transform((text, ctx): RateLimit | null => {
  if (text === 'off') return null
  const [, rate, burst] = RATE.exec(text) ?? []
  if (rate !== undefined) return { perSecond: Number(rate), burst: Number(burst ?? 2 * Number(rate)) }
  const message = 'must be requests per second such as 1000, 1000 burst 5000, or off'
  ctx.issues.push({ code: 'custom', message, input: text })
  return z.NEVER
})

/** Reads `10.0.0.0/8, fd00::1`. */
export const networks = z.string().transform((text, ctx): readonly string[] => {
  const all = text.split(',').map((part) => part.trim())
  const named = all.filter((part) => part !== '')
  const wrong = named.find((network) => !isNetwork(network))
  if (wrong === undefined) return named
  const message = `must be addresses and networks such as 10.0.0.0/8, fd00::1, at ${JSON.stringify(wrong.slice(0, 60))}`
  ctx.issues.push({ code: 'custom', message, input: text })
  return z.NEVER
})

function isNetwork(text: string): boolean {
  try {
    createClientAddress([text])
    return true
  } catch {
    return false
  }
}
