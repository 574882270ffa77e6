// CSV as RFC 4180 has it, and safe to open in a spreadsheet.

/** The media type, with the line of names that every file here begins with. */
export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'

const PLAIN_NUMBER = /^-?[0-9]+(\.[0-9]+)?$/
/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r\n]/
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/

/** A line. A cell that a spreadsheet would run as a formula is kept text by an apostrophe before it. */
export function toCsvLine(cells: readonly string[]): string {
  return `${cells.map(toCell).join(',')}\r\n`
}

function toCell(text: string): string {
  const safe = FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
