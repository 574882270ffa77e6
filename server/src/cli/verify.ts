import { styleText } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'
import Table from 'cli-table3'
import { FINDINGS_MAX, type VerifyReport } from '#app/findings.ts'
import { verifyLedger } from '#app/verify-ledger.ts'
import { openAudit } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import { commonArgs, defineFlorinCommand, exitCodes, type Command } from './usage.ts'

/** `florin verify`: proves the ledger from its own records, also while Florin runs. Exit code 1 when it is not proven. */
export const verify: Command = defineFlorinCommand({
  meta: { name: 'verify', description: 'Prove that the ledger is whole and unchanged; also while it runs' },
  args: {
    json: { type: 'boolean', description: 'Print the report as JSON' },
    ...commonArgs,
  },
  async run({ args }) {
    const config = readConfig()
    const { audit, sha256, close } = await openAudit(config, createLog({ level: 'warn', to: 'stderr' }))
    const bar = new SingleBar(
      { format: 'pages {bar} {value}/{total} {eta_formatted}' },
      Presets.shades_classic,
    )
    const showsBar = process.stderr.isTTY && args.json !== true
    try {
      const startedMs = performance.now()
      if (showsBar) bar.start(0, 0)
      const report = await verifyLedger({
        audit,
        sha256,
        onProgress(pagesDone, pagesAll) {
          bar.setTotal(pagesAll)
          bar.update(pagesDone)
        },
      })
      bar.stop()
      if (args.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
      else printReport(report, (performance.now() - startedMs) / 1000)
      return report.ok ? exitCodes.ok : exitCodes.failed
    } finally {
      bar.stop()
      await close()
    }
  },
})

function printReport({ ok, checks, lastPage }: VerifyReport, seconds: number): void {
  const table = new Table({
    head: ['check', 'proves that', 'looked at', ''],
    style: { head: [], border: [] },
  })
  for (const { check, title, examined, failed } of checks) {
    const verdict = failed === 0 ? styleText('green', 'OK') : styleText('red', `FAILED ${failed}`)
    table.push([check, title, { content: count(examined), hAlign: 'right' }, verdict])
  }
  print(table.toString())

  const rows = new Table({
    head: ['check', 'what', 'expected', 'found'],
    style: { head: [], border: [] },
    wordWrap: true,
  })
  for (const { check, failed, findings } of checks) {
    for (const { subject, expected, found } of findings) rows.push([check, subject, expected, found])
    if (failed > findings.length) {
      rows.push([check, `and ${count(failed - findings.length)} more (${FINDINGS_MAX} are shown)`, '', ''])
    }
  }
  if (!ok) print(rows.toString())
  print(`newest page ${lastPage.number}, hash ${lastPage.hash}`)
  const sentence = ok
    ? styleText('green', 'The ledger is whole: it says exactly what its journal says.')
    : styleText('red', 'The ledger is NOT what its journal says. See the rows above.')
  print(`${sentence} (${seconds.toFixed(1)} s)`)
}

function count(value: number): string {
  return value.toLocaleString('en')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
