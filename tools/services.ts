/**
 * Starts and stops the real servers that the contract suites need: `npm run services -- up|env|down`.
 * `up` prints `export FLORIN_TEST_…_URL=…` lines for eval (everything else goes to stderr). With a Docker engine
 * it runs images; without one it runs Debian's packages, installed when missing, on free ports in a scratch folder
 * of this checkout, so two checkouts never meet. A variable that is already set is left as it is.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toServiceVariable } from '../server/test/services.ts'
import { hasDockerEngine, isContainerAlive, startContainer, stopContainer } from './services/docker.ts'
import { isProcessAlive, startPackage, stopProcess } from './services/debian.ts'
import { SERVICES } from './services/table.ts'
import type { ServiceRow } from './services/table.ts'

/** A server that `up` started: a container or a process, with what stops it. */
interface RunningService {
  name: string
  url: string
  folder: string
  container?: string
  pid?: number
}

const CHECKOUT = createHash('sha256')
  .update(import.meta.dirname)
  .digest('hex')
  .slice(0, 12)
const SCRATCH = join(tmpdir(), `florin-services-${CHECKOUT}`)
const STATE = join(SCRATCH, 'running.json')

function readRunning(): RunningService[] {
  return existsSync(STATE) ? (JSON.parse(readFileSync(STATE, 'utf8')) as RunningService[]) : []
}

function writeRunning(running: RunningService[]): void {
  writeFileSync(STATE, JSON.stringify(running, null, 2), { mode: 0o600 })
}

function isAlive({ container, pid, folder }: RunningService): boolean {
  if (container !== undefined) return isContainerAlive(container)
  return pid !== undefined && isProcessAlive(pid, folder)
}

function toExport({ name, url }: { name: string; url: string }): string {
  return `export ${toServiceVariable(name)}='${url}'`
}

async function startService(row: ServiceRow, withDocker: boolean): Promise<RunningService> {
  const folder = join(SCRATCH, row.name)
  rmSync(folder, { recursive: true, force: true })
  const password = randomBytes(16).toString('hex')
  const startedAt = performance.now()
  const started = withDocker ? await startContainer(row, password) : await startPackage(row, folder, password)
  console.error(
    `${row.name}: ready on port ${started.port} after ${Math.round(performance.now() - startedAt)} ms`,
  )
  const { port, ...handle } = started
  return { name: row.name, url: row.toUrl(port, password), folder, ...handle }
}

async function up(): Promise<void> {
  // The servers run as another user when we are root, so they must be able to enter.
  mkdirSync(SCRATCH, { recursive: true, mode: 0o711 })
  const running = readRunning().filter(isAlive)
  const withDocker = hasDockerEngine()
  for (const row of SERVICES) {
    const given = process.env[toServiceVariable(row.name)]
    const alive = running.find(({ name }) => name === row.name)
    if (given) {
      console.error(`${row.name}: taken from ${toServiceVariable(row.name)}`)
      console.log(toExport({ name: row.name, url: given }))
      continue
    }
    const service = alive ?? (await startService(row, withDocker))
    if (!alive) running.push(service)
    writeRunning(running)
    console.log(toExport(service))
  }
}

async function down(): Promise<void> {
  for (const service of readRunning().filter(isAlive)) {
    if (service.container !== undefined) stopContainer(service.container)
    else if (service.pid !== undefined) await stopProcess(service.pid, service.folder)
    console.error(`${service.name}: stopped`)
  }
  rmSync(SCRATCH, { recursive: true, force: true })
}

function printEnvironment(): void {
  for (const service of readRunning().filter(isAlive)) console.log(toExport(service))
}

const command = process.argv[2]
if (command === 'up') await up()
else if (command === 'down') await down()
else if (command === 'env') printEnvironment()
else {
  console.error('usage: npm run services -- up|env|down')
  process.exitCode = 2
}
