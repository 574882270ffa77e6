/** The README's tour and the examples of the docs, pasted as they stand into a shell: nothing but what they say is refused. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bash, docsExamples, skipExamples } from './docs-examples.ts'
import { makeScratch, serve, type Served } from './florin-process.ts'

/** What the examples of a page are refused, in order; the last one puts the clock forward. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['insufficient_funds'],
  'docs/api/approvals.md': ['approver_is_maker'],
  'docs/api/audit.md': [],
  'docs/api/bulk.md': ['insufficient_funds'],
  'docs/api/fx.md': [],
  'docs/api/holds.md': [],
  'docs/api/policies.md': ['amount_above_maximum'],
  'docs/api/rest.md': [],
  'docs/api/transfers.md': ['insufficient_funds'],
  'docs/api/time.md': [],
}

describe('the docs', () => {
  const scratch = makeScratch()
  const settings = {
    FLORIN_DATA_DIR: join(scratch.dir, 'data'),
    FLORIN_LOG_LEVEL: 'warn',
    FLORIN_FX_RATES: 'EUR/USD=1.0850',
    FLORIN_FX_ACCOUNTS: 'EUR=9001, USD=9002',
  }
  // One example writes a file.
  const elsewhere = `npm() { command npm --prefix '${process.cwd()}' "$@"; }\ncd '${scratch.dir}'\n`
  let served: Served
  before(async () => (served = await serve(settings)))
  after(() => scratch.remove())

  for (const [page, refused] of Object.entries(PAGES)) {
    it(`have examples that work: ${page}`, { skip: skipExamples }, async () => {
      const script = docsExamples(page, served)
      const { exitCode, output } = await bash(elsewhere + script, settings)
      assert.equal(exitCode, 0, output)
      assert.deepEqual(
        [...output.matchAll(/urn:florin:problem:(\w+)/g)].map(([, code]) => code),
        refused,
        output,
      )
    })
  }
})
