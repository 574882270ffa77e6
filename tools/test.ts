/**
 * Runs the tests in phases: `npm test` all of them, `npm test -- unit contracts` some.
 * A phase that sees no file or runs no test fails, because a check that saw nothing proves nothing.
 * The last lines are node's own summary, added up over the phases.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'

interface Phase {
  name: string
  globs: string[]
  exclude?: string[]
  /** Test files at once. Unit tests share nothing; the later phases use the machine as a whole. */
  concurrency: number
  /** A limit on each single test. */
  timeoutMs: number
  /** Files share processes, as many as run at once: what they import is loaded once in each, not once a file. */
  together?: true
  /** No file has been written yet. The first one makes the runner ask to remove this line. */
  stillEmpty?: true
}

const PHASES: Phase[] = [
  {
    name: 'unit',
    globs: [
      'server/src/**/*.test.ts',
      'server/test/*.test.ts',
      'tools/**/*.test.ts',
      'bench/**/*.test.ts',
      'client/src/**/*.test.ts',
    ],
    exclude: ['tools/gates.test.ts'],
    concurrency: availableParallelism(),
    timeoutMs: 60_000,
    together: true,
  },
  { name: 'gates', globs: ['tools/gates.test.ts'], concurrency: 1, timeoutMs: 120_000 },
  { name: 'contracts', globs: ['server/test/contracts/**/*.test.ts'], concurrency: 1, timeoutMs: 120_000 },
  {
    name: 'simulation',
    globs: ['server/test/simulation/**/*.test.ts'],
    concurrency: 1,
    timeoutMs: 600_000,
  },
  {
    name: 'e2e',
    globs: ['server/test/e2e/**/*.test.ts'],
    concurrency: 1,
    timeoutMs: 600_000,
  },
]

const COUNTERS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'] as const
type Summary = Record<(typeof COUNTERS)[number], number>

function createSummary(): Summary {
  return { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0, duration_ms: 0 }
}

/** node prints its counters as diagnostics, `tests 12`; the runner reads them there and prints them itself. */
function readCounter(message: string): [keyof Summary, number] | undefined {
  const [name, value] = message.split(' ')
  const counter = COUNTERS.find((known) => known === name)
  return counter && value !== undefined && Number.isFinite(Number(value))
    ? [counter, Number(value)]
    : undefined
}

/** Puts files into groups, each a module that imports them; hooks on top of a file would be those of its whole group. */
function toGroups(files: string[], count: number, dir: string): string[] {
  const hasHooks = (file: string): boolean => /^(before|after)(Each)?\(/m.test(readFileSync(file, 'utf8'))
  const alone = files.filter(hasHooks)
  const sociable = files.filter((file) => !hasHooks(file))
  const groupCount = Math.min(count, sociable.length)
  const groups = Array.from({ length: groupCount }, (_, group) => {
    const members = sociable.filter((_file, i) => i % groupCount === group)
    const path = join(dir, `${group}.mjs`)
    writeFileSync(path, members.map((file) => `import '${pathToFileURL(file).href}'\n`).join(''))
    return path
  })
  return [...alone, ...groups]
}

async function runPhase(phase: Phase, files: string[]): Promise<Summary> {
  const groupDir = mkdtempSync(join(tmpdir(), 'florin-tests-'))
  try {
    return await runFiles(phase, phase.together ? toGroups(files, phase.concurrency, groupDir) : files)
  } finally {
    rmSync(groupDir, { recursive: true })
  }
}

async function runFiles({ concurrency, timeoutMs }: Phase, files: string[]): Promise<Summary> {
  const summary = createSummary()
  const events = run({ files, concurrency, timeout: timeoutMs })
  const withoutCounters = new Transform({
    objectMode: true,
    transform(event: { type: string; data: { message?: string; nesting?: number } }, _encoding, next) {
      const isTopLevel = event.type === 'test:diagnostic' && event.data.nesting === 0
      const counter = isTopLevel ? readCounter(event.data.message ?? '') : undefined
      if (counter) summary[counter[0]] += counter[1]
      next(null, counter ? undefined : event)
    },
  })
  const report = events.pipe(withoutCounters).pipe(new spec())
  report.pipe(process.stdout, { end: false })
  await finished(report)
  return summary
}

function printSummary(summary: Summary): void {
  for (const counter of COUNTERS) console.log(`ℹ ${counter} ${summary[counter]}`)
}

/** Tells what is wrong with a phase before or after it ran, or nothing. */
function toComplaint(phase: Phase, fileCount: number, testCount: number): string | undefined {
  if (fileCount > 0 && phase.stillEmpty) return `has files now: remove its stillEmpty line in tools/test.ts`
  if (fileCount === 0 && !phase.stillEmpty) return `saw no files: ${phase.globs.join(', ')}`
  if (fileCount > 0 && testCount === 0) return `ran no tests in ${fileCount} files`
  return undefined
}

async function runPhases(names: string[]): Promise<boolean> {
  const unknown = names.filter((name) => !PHASES.some((phase) => phase.name === name))
  if (unknown.length > 0) {
    console.error(
      `no such phase: ${unknown.join(', ')}; there are ${PHASES.map((phase) => phase.name).join(', ')}`,
    )
    return false
  }
  const total = createSummary()
  const complaints: string[] = []
  for (const phase of PHASES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const exclude = phase.exclude ?? []
    const files = globSync(phase.globs).filter((file) => !exclude.includes(file.replaceAll('\\', '/')))
    console.log(`\n■ ${phase.name}: ${files.length} files`)
    const summary = files.length > 0 ? await runPhase(phase, files.toSorted()) : createSummary()
    for (const counter of COUNTERS) total[counter] += summary[counter]
    const complaint = toComplaint(phase, files.length, summary.tests)
    if (complaint) complaints.push(`phase ${phase.name} ${complaint}`)
  }
  for (const complaint of complaints) console.error(`\n✖ ${complaint}`)
  console.log('')
  total.fail += complaints.length
  printSummary(total)
  return total.fail === 0 && total.cancelled === 0
}

process.exitCode = (await runPhases(process.argv.slice(2))) ? 0 : 1
