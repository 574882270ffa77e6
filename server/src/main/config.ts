// The environment, read once, here and nowhere else.
import { invalidFields, type FieldError } from '#core/errors.ts'
import { decideAuth, type AuthSettings } from './auth-settings.ts'
import { closestName } from './closest-name.ts'
import { oidcProblems, type OidcSettings } from './oidc-settings.ts'
import { settings, type Config } from './settings.ts'
import { tlsProblems, type TlsSettings } from './tls-settings.ts'

/**
 * The configuration that the process's environment asks for.
 * Throws a validation error that names every wrong setting, and what it should be.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: FieldError[] = unknownNames(environment)
  const values: Partial<Record<keyof Config, unknown>> = {}
  for (const { name, key, schema, default: byDefault } of settings) {
    // An empty value is how compose files and CI leave a setting out.
    const text = environment[name] || byDefault
    if (text === null) {
      values[key] = null
      continue
    }
    const result = schema.safeParse(text)
    if (result.success) values[key] = result.data
    else for (const { message } of result.error.issues) problems.push({ field: name, message })
  }
  const { host, mode, auth, authSecret } = values as Partial<AuthSettings>
  // What is wrong by itself has been told, and has no value.
  const decided =
    host === undefined || mode === undefined || auth === undefined || authSecret === undefined
      ? null
      : decideAuth({ host, mode, auth, authSecret })
  problems.push(...(decided?.problems ?? []), ...tlsProblems(values as Partial<TlsSettings>))
  problems.push(...oidcProblems(values as Partial<OidcSettings>))
  if (problems.length > 0) throw invalidFields(problems)
  // Every key of Config has its setting: a test holds the two together.
  return Object.freeze({ ...values, auth: decided?.auth }) as unknown as Config
}

/** FLORIN_TEST_… belongs to the tests, which read it themselves. */
function unknownNames(environment: Readonly<Record<string, string | undefined>>): FieldError[] {
  const known = settings.map(({ name }) => name)
  return Object.keys(environment)
    .filter((name) => name.startsWith('FLORIN_') && !name.startsWith('FLORIN_TEST_'))
    .filter((name) => !known.includes(name as (typeof known)[number]))
    .map((name) => {
      const closest = closestName(name, known)
      const hint = closest === undefined ? 'see docs/configuration.md' : `did you mean ${closest}?`
      return { field: name, message: `is not a setting of Florin; ${hint}` }
    })
}
