// Pages of HTML that stand alone: no script, nothing from elsewhere, and every text escaped.
import { createHash } from 'node:crypto'

/** The media type. */
export const HTML_TYPE = 'text/html; charset=utf-8'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it stands in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/** The policy of a page that has only this style, inline: nothing else is loaded or run. */
export function styleOnlyPolicy(style: string): string {
  const digest = createHash('sha256').update(style).digest('base64')
  return `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}
