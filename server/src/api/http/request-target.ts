// What a request line asks for (RFC 9112, section 3.2).

const ABSOLUTE = /^https?:\/\/[^/?#]+(.*)$/is

/** No route has it. */
const NOWHERE = '/*'

/**
 * The path and query. Of the absolute form, which proxies use, what follows the host; other forms ask for nothing that
 * there is. The router does not look at the first character, so `*` would be `/`.
 */
export function pathOfTarget({ url = '' }: { readonly url?: string | undefined }): string {
  if (url.startsWith('/')) return url
  const path = ABSOLUTE.exec(url)?.[1]
  if (path === undefined) return NOWHERE
  return path.startsWith('/') ? path : `/${path}`
}
