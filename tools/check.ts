/**
 * Runs every gate that a change must pass: `npm run check`. All of them run even when one fails, so that one look
 * shows everything. `--no-test` leaves the unit tests out, for a caller that runs all tests anyway.
 */
import { spawnSync } from 'node:child_process'

/** The gates, by npm script; the cheapest first. */
const GATES = ['format', 'lint', 'types', 'tidy', 'knip', 'proto']
const TESTS = ['test', '--', 'unit']

function runGate(script: string[]): { name: string; passed: boolean; durationMs: number } {
  const name = script.filter((word) => word !== '--').join(' ')
  console.log(`\n■ ${name}`)
  const startedAt = performance.now()
  const { status } = spawnSync('npm', ['run', '--silent', ...script], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return { name, passed: status === 0, durationMs: Math.round(performance.now() - startedAt) }
}

const scripts = GATES.map((gate) => [gate])
if (!process.argv.includes('--no-test')) scripts.push(TESTS)
const results = scripts.map(runGate)

console.log('')
for (const { name, passed, durationMs } of results)
  console.log(`${passed ? '✔' : '✖'} ${name} (${durationMs} ms)`)
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1
