// The setting of CORS: whose web pages may read answers.
import { z } from 'zod'

/** Reads `https://app.example, http://localhost:5173`, or `*`. */
export const corsOrigins = z.string().transform((text, ctx): readonly string[] => {
  const all = text.split(',').map((part) => part.trim())
  const named = all.filter((part) => part !== '')
  const wrong = named.find((origin) => (origin === '*' ? named.length > 1 : !isOrigin(origin)))
  if (wrong === undefined) return named
  const message = `must be origins such as https://app.example, without a path, or only *, at ${JSON.stringify(wrong.slice(0, 60))}`
  ctx.issues.push({ code: 'custom', message, input: text })
  return z.NEVER
})

/** As browsers write it, because it is compared with what they send. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text
}
