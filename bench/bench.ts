// npm run bench -- --scenario NAME,… --seconds S --json FILE; the names are in scenarios.ts
// Each scenario runs its baseline and Florin in turn, in this process, on one embedded PostgreSQL with fsync on, each on
// a fresh database (`pages` on one with a past), and afterwards checks that no cent was lost.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keepObjectsYoung } from '../server/src/adapters/runtime-node/heap.ts'
import { startEmbeddedPostgres } from '../server/src/adapters/store-embedded/server.ts'
import type { LoadResult } from './load.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'
import { openSubject, type Subject, type SubjectKind } from './subjects.ts'

const ROUNDS = 3
const quiet = { debug() {}, info() {}, warn: console.error, error: console.error }

/** What one scenario came to. */
interface Report {
  readonly scenario: string
  readonly florin: LoadResult
  readonly baseline: LoadResult
  /** Scenarios over HTTP: what a bare HTTP server does under the same load. */
  readonly ceiling?: LoadResult
  /** Florin's rate by the baseline's; for `serial` its median latency by the baseline's. */
  readonly ratio: number
  readonly machine: string
  readonly commit: string
}

const USAGE = `npm run bench -- --scenario NAME,… --seconds S --json FILE

  --scenario  some of ${Object.keys(SCENARIOS).join(', ')} (unset: all)
  --seconds   of each side of a scenario, ${ROUNDS} rounds together (unset: 10)
  --past      transfers that there are before \`pages\` are read (unset: 100000)
  --beside    transfers that come in each second while \`pages\` are read (unset: 1000)
  --json      where to write the report (unset: nowhere)`

const { values } = readArguments()
if (values.help === true) {
  console.log(USAGE)
  process.exit(0)
}
const seconds = Number(values.seconds)
if (!(seconds >= 1)) fail('--seconds must be a number of at least 1')
const past = { transfers: wholeNumber('past', values.past), perSecond: wholeNumber('beside', values.beside) }
const names = values.scenario.split(',')
const unknown = names.find((name) => !Object.hasOwn(SCENARIOS, name))
if (unknown !== undefined) fail(`--scenario ${unknown}: must be of ${Object.keys(SCENARIOS).join(', ')}`)

keepObjectsYoung() // As Florin does when it starts.
const dataDir = mkdtempSync(join(tmpdir(), 'florin-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir, log: quiet })
const machine = describeMachine(postgres.version)
console.log(`${machine}; ${ROUNDS} rounds of ${seconds / ROUNDS} s each, medians\n`)
const reports: Report[] = []
try {
  for (const name of names) reports.push(await runScenario(name, SCENARIOS[name] as Scenario))
} finally {
  await postgres.stop()
  rmSync(dataDir, { recursive: true })
}
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`)
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        scenario: { type: 'string', default: Object.keys(SCENARIOS).join(',') },
        seconds: { type: 'string', default: '10' },
        past: { type: 'string', default: '100000' },
        beside: { type: 'string', default: '1000' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`)
  }
}

/** What the rounds came to. */
interface Rounds {
  readonly baseline: LoadResult[]
  readonly florin: LoadResult[]
  readonly ceiling: LoadResult[]
}

async function onFreshSubject(kind: SubjectKind, use: (subject: Subject) => Promise<void>): Promise<void> {
  const subject = await openSubject(kind, postgres.url, quiet)
  try {
    await use(subject)
  } finally {
    await subject.close()
  }
}

async function runRounds(scenario: Scenario): Promise<Rounds> {
  const results: Rounds = { baseline: [], florin: [], ceiling: [] }
  if (scenario.prepare === undefined) {
    await addRounds(results, scenario, onFreshSubject)
  } else {
    await onFreshSubject(scenario.florin.subject, async (subject) => {
      await scenario.prepare?.(subject, past)
      await addRounds(results, scenario, async (_, use) => await use(subject))
    })
  }
  return results
}

async function addRounds(results: Rounds, scenario: Scenario, on: typeof onFreshSubject): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['baseline', 'florin'] as const) {
      await on(scenario[name].subject, async (subject) => {
        results[name].push(await scenario[name].run(subject, seconds / ROUNDS, past))
        await subject.assertSound()
      })
    }
    if (scenario.ceiling !== undefined) results.ceiling.push(await scenario.ceiling(seconds / ROUNDS))
  }
}

async function runScenario(name: string, scenario: Scenario): Promise<Report> {
  const results = await runRounds(scenario)
  const florin = median(results.florin)
  const baseline = median(results.baseline)
  const ceiling = scenario.ceiling && median(results.ceiling)
  const ratio = scenario.compares === 'rate' ? florin.tps / baseline.tps : florin.p50_ms / baseline.p50_ms
  for (const [kind, { tps, p50_ms, p99_ms }] of Object.entries({
    baseline,
    florin,
    ...(ceiling && { ceiling }),
  })) {
    const figures = `${tps.toFixed(0).padStart(8)}/s   p50 ${p50_ms.toFixed(2)} ms   p99 ${p99_ms.toFixed(2)} ms`
    console.log(`${name.padEnd(11)} ${kind.padEnd(9)} ${figures}`)
  }
  console.log(
    `${name.padEnd(11)} ${scenario.compares === 'rate' ? 'rate' : 'latency'} ratio ${ratio.toFixed(2)}\n`,
  )
  return {
    scenario: name,
    florin: rounded(florin),
    baseline: rounded(baseline),
    ...(ceiling && { ceiling: rounded(ceiling) }),
    ratio: round2(ratio),
    machine,
    commit: commit(),
  }
}

function median(results: readonly LoadResult[]): LoadResult {
  const middle = (pick: (result: LoadResult) => number): number =>
    results.map(pick).sort((a, b) => a - b)[Math.floor(results.length / 2)] ?? 0
  return {
    tps: middle(({ tps }) => tps),
    p50_ms: middle(({ p50_ms }) => p50_ms),
    p99_ms: middle(({ p99_ms }) => p99_ms),
  }
}

function rounded({ tps, p50_ms, p99_ms }: LoadResult): LoadResult {
  return { tps: Math.round(tps), p50_ms: round2(p50_ms), p99_ms: round2(p99_ms) }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}

function describeMachine(postgresVersion: string): string {
  const gib = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}, ${gib} GiB, Node ${process.version}, PostgreSQL ${postgresVersion} (fsync on)`
}

function commit(): string {
  return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 0 ? value : fail(`--${option} must be a whole number`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
