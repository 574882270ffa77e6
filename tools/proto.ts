/**
 * The gate of the RPC contract: `npm run proto` lints the protos, compares them with the last release, and checks that
 * what is generated from them is what they say. `-- write` generates it, `-- release` records the contract.
 * Everything works without a network: buf is a binary from npm, and the last release is a file in the repository.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROTO = 'proto'
const RELEASED = `${PROTO}/released.binpb`
const GENERATED = 'server/src/api/grpc/gen'
/** The protos of the health service, which the server reflects, too. */
const HEALTH = 'node_modules/grpc-health-check/proto'

/** The form of messages in the server: as FORM in server/src/api/grpc/protos.ts says. */
const TYPE_OPTIONS = ['--keepCase', '--longs=String', '--enums=String', '--grpcLib=@grpc/grpc-js']
const FILE_OPTIONS = ['--targetFileExtension=.ts', '--importFileExtension=.ts']

function run(program: string, words: readonly string[]): boolean {
  const bin = join(import.meta.dirname, '..', 'node_modules', '.bin', program)
  const { status, error } = spawnSync(bin, words, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (error !== undefined) console.error(`proto: ${program}: ${error.message}`)
  return status === 0
}

/** Generates the types of all messages and services, and the descriptors that the server reflects. */
function generate(folder: string): boolean {
  const files = globSync('**/*.proto', { cwd: PROTO }).toSorted()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const options = [...TYPE_OPTIONS, ...FILE_OPTIONS, `--includeDirs=${PROTO}`, `--outDir=${folder}`]
  const done = run('proto-loader-gen-types', [...options, ...files])
  // One more file for each proto, named without its package, types a loader that is not used.
  for (const path of globSync('*.ts', { cwd: folder })) rmSync(join(folder, path))
  return (
    done && describe(PROTO, join(folder, 'florin.binpb')) && describe(HEALTH, join(folder, 'health.binpb'))
  )
}

/** Writes the protos of a folder as one FileDescriptorSet. */
function describe(protos: string, path: string): boolean {
  return run('buf', ['build', protos, '--as-file-descriptor-set', '--exclude-source-info', '-o', path])
}

function readAll(folder: string): Map<string, string> {
  const paths = globSync('**/*.{ts,binpb}', { cwd: folder }).toSorted()
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'latin1')]))
}

/** The generated files that are missing, differ or are too many. */
function differences(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'florin-proto-'))
  try {
    if (!generate(folder)) return ['could not be generated']
    const wanted = readAll(folder)
    const there = readAll(GENERATED)
    if (wanted.size === 0) return ['nothing was generated']
    const paths = new Set([...wanted.keys(), ...there.keys()])
    return [...paths].filter((path) => wanted.get(path) !== there.get(path))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function check(): boolean {
  const linted = run('buf', ['lint', PROTO])
  const compatible = run('buf', ['breaking', PROTO, '--against', RELEASED])
  const different = differences()
  for (const path of different) console.error(`${GENERATED}/${path}: run "npm run proto -- write"`)
  return linted && compatible && different.length === 0
}

const [task = 'check'] = process.argv.slice(2)
const tasks: Partial<Record<string, () => boolean>> = {
  check,
  write: () => generate(GENERATED),
  release: () => describe(PROTO, RELEASED),
}
const chosen = tasks[task]
if (chosen === undefined)
  console.error(`proto: no such task: ${task}; there are ${Object.keys(tasks).join(', ')}`)
process.exitCode = chosen?.() ? 0 : 1
