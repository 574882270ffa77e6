// A statement as a file: CSV for programs and spreadsheets, HTML for paper. Made line by line, whatever its length.
import type { Florin } from '#app/florin.ts'
import type { Account } from '#core/account.ts'
import { formatAmount } from '#core/money.ts'
import { toCsvLine } from '../csv.ts'
import { escapeHtml, styleOnlyPolicy } from '../html.ts'

type Period = ReturnType<Florin['history']['period']>
type Line = Awaited<ReturnType<Florin['history']['statementPage']>>['lines'][number]

/** What a file is made of. */
export interface StatementFile {
  readonly account: Account
  readonly period: Period
  /** Just before the period. */
  readonly opening: bigint
  readonly lines: AsyncIterable<readonly Line[]>
}

const CSV_COLUMNS = [
  'line',
  'number',
  'effective_at',
  'created_at',
  'transfer_id',
  'reference',
  'debit',
  'credit',
  'balance_after',
]

/** CSV: a line of names, the opening balance, the entries, and the closing balance with what the period came to. */
export async function* toStatementCsv({
  account: { scale },
  period,
  opening,
  lines,
}: StatementFile): AsyncGenerator<string> {
  const show = (minor: bigint): string => formatAmount(minor, scale)
  yield (
    toCsvLine(CSV_COLUMNS) +
    toCsvLine(['opening', '', period.from, period.from, '', '', '', '', show(opening)])
  )
  const sums = { debits: 0n, credits: 0n, closing: opening }
  for await (const chunk of lines) {
    let text = ''
    for (const line of chunk) {
      addLine(sums, line)
      const { number, effectiveAt, createdAt, transferId, reference, balanceAfter } = line
      const [debit, credit] = sidesOf(line, show)
      text += toCsvLine([
        'entry',
        number.toString(),
        effectiveAt,
        createdAt,
        transferId,
        reference ?? '',
        debit,
        credit,
        show(balanceAfter),
      ])
    }
    yield text
  }
  yield toCsvLine([
    'closing',
    '',
    period.to,
    period.to,
    '',
    '',
    show(sums.debits),
    show(sums.credits),
    show(sums.closing),
  ])
}

const STYLE = `@page { size: A4; margin: 18mm 15mm; }
body { font: 10pt/1.4 system-ui, sans-serif; color: #111; margin: 2rem auto; max-width: 60rem; }
h1 { font-size: 15pt; margin: 0 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1rem; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #ccc; padding: .2rem .4rem; text-align: left; vertical-align: top; }
.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.end td { font-weight: 600; }
@media print { body { margin: 0; max-width: none; } }`

/** The policy that goes with the page. */
export const STATEMENT_POLICY = styleOnlyPolicy(STYLE)

/** HTML, ready to be printed on A4: the head of the table stands on every page. */
export async function* toStatementHtml(file: StatementFile): AsyncGenerator<string> {
  const { account, period, opening, lines } = file
  const show = (minor: bigint): string => formatAmount(minor, account.scale)
  yield toHead(file, show(opening))
  const sums = { debits: 0n, credits: 0n, closing: opening }
  for await (const chunk of lines) {
    let text = ''
    for (const line of chunk) {
      addLine(sums, line)
      const [debit, credit] = sidesOf(line, show)
      const time = period.clock === 'effective' ? line.effectiveAt : line.createdAt
      const about = `${escapeHtml(line.reference ?? '')}<br><small>${escapeHtml(line.transferId)}</small>`
      text += toRow([toTime(time), about, debit, credit, show(line.balanceAfter)])
    }
    yield text
  }
  const closing = [show(sums.debits), show(sums.credits), show(sums.closing)] as const
  yield `${toRow([toTime(period.to), 'Closing balance', ...closing], 'end')}</tbody>\n</table>\n</body>\n</html>\n`
}

function toHead({ account, period }: StatementFile, opening: string): string {
  const title = `Statement of account ${escapeHtml(account.id)}`
  const names = ['Date', 'Reference', 'Debit', 'Credit', `Balance (${escapeHtml(account.currency)})`]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<dl>
<dt>Currency</dt><dd>${escapeHtml(account.currency)}</dd>
<dt>From</dt><dd>${toTime(period.from)}</dd>
<dt>To, not included</dt><dd>${toTime(period.to)}</dd>
<dt>Times</dt><dd>UTC</dd>
<dt>By</dt><dd>${period.clock === 'effective' ? 'business time' : 'time of recording'}</dd>
</dl>
<table>
<thead><tr>${names.map((name, i) => `<th${i > 1 ? ' class="amount"' : ''}>${name}</th>`).join('')}</tr></thead>
<tbody>
${toRow([toTime(period.from), 'Opening balance', '', '', opening], 'end')}`
}

/** A row of cells that are HTML already. */
function toRow(cells: readonly string[], style = ''): string {
  const shown = cells.map((cell, i) => `<td${i > 1 ? ' class="amount"' : ''}>${cell}</td>`).join('')
  return `<tr${style === '' ? '' : ` class="${style}"`}>${shown}</tr>\n`
}

function toTime(instant: string): string {
  return `<time datetime="${instant}">${instant.slice(0, 19).replace('T', ' ')}</time>`
}

function sidesOf({ amount }: Line, show: (minor: bigint) => string): [debit: string, credit: string] {
  return amount < 0n ? [show(-amount), ''] : ['', show(amount)]
}

interface Sums {
  debits: bigint
  credits: bigint
  closing: bigint
}

/** Sums are of what the file shows, so that it adds up whatever is recorded while it is made. */
function addLine(sums: Sums, { amount }: Line): void {
  if (amount < 0n) sums.debits -= amount
  else sums.credits += amount
  sums.closing += amount
}
