/**
 * The real servers that contract suites run against. Each is named by an environment variable;
 * `eval "$(npm run --silent services -- up)"` starts them and sets it.
 */

/** A server that a suite may need. */
export type ServiceName = 'postgres' | 'redis'

/** Where the server is, or why its suite is skipped: hand it on as `test(name, { skip: service.skip }, …)`. */
export type Service = { url: string; skip: false } | { url: undefined; skip: string }

/** Names the variable that holds a server's URL: `FLORIN_TEST_POSTGRES_URL`. */
export function toServiceVariable(name: string): string {
  return `FLORIN_TEST_${name.toUpperCase()}_URL`
}

/**
 * Returns the server's URL, or the reason to skip when there is none. With FLORIN_TEST_REQUIRE=all, or a list
 * that has its name (`postgres,redis`), an absent server throws instead, so that CI never passes by skipping.
 */
export function requireService(name: ServiceName, environment: NodeJS.ProcessEnv = process.env): Service {
  const variable = toServiceVariable(name)
  const url = environment[variable]
  if (url) return { url, skip: false }
  const reason = `${name} is not there: set ${variable}, or eval "$(npm run --silent services -- up)"`
  const required = (environment.FLORIN_TEST_REQUIRE ?? '').split(',').map((word) => word.trim())
  if (required.includes('all') || required.includes(name)) throw new Error(reason)
  return { url: undefined, skip: reason }
}
