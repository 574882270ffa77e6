/**
 * The gate of the RPC contract: `npm run proto` lints the protos, compares them with the last release, and checks that
 * what is compiled from them is what they say. `-- write` compiles it, `-- release` records the contract.
 * Everything works without a network: buf is a binary from npm, and the last release is a file in the repository.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROTO = 'proto'
const RELEASED = `${PROTO}/released.binpb`

/** What the server tells of itself by reflection, and the protos that each is compiled from. */
const GENERATED = 'server/src/api/grpc/gen'
const SOURCES: Readonly<Record<string, string>> = {
  'florin.binpb': PROTO,
  'health.binpb': 'node_modules/grpc-health-check/proto',
}

function buf(...words: string[]): boolean {
  const bin = join(import.meta.dirname, '..', 'node_modules', '.bin', 'buf')
  const { status, error } = spawnSync(bin, words, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (error !== undefined) console.error(`proto: buf: ${error.message}`)
  return status === 0
}

/** Writes the protos of a folder as one FileDescriptorSet. */
function compile(protos: string, path: string): boolean {
  return buf('build', protos, '--as-file-descriptor-set', '--exclude-source-info', '-o', path)
}

function write(folder: string): boolean {
  return Object.entries(SOURCES).every(([name, protos]) => compile(protos, join(folder, name)))
}

/** The compiled files that are missing or differ. */
function differences(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'florin-proto-'))
  try {
    const names = Object.keys(SOURCES)
    return write(folder) ? names.filter((name) => read(folder, name) !== read(GENERATED, name)) : names
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function read(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'latin1')
  } catch {
    return null
  }
}

function check(): boolean {
  const linted = buf('lint', PROTO)
  const compatible = buf('breaking', PROTO, '--against', RELEASED)
  const different = differences()
  for (const name of different) console.error(`${GENERATED}/${name}: run "npm run proto -- write"`)
  return linted && compatible && different.length === 0
}

const [task = 'check'] = process.argv.slice(2)
const tasks: Partial<Record<string, () => boolean>> = {
  check,
  write: () => write(GENERATED),
  release: () => compile(PROTO, RELEASED),
}
const chosen = tasks[task]
if (chosen === undefined) {
  console.error(`proto: no such task: ${task}; there are ${Object.keys(tasks).join(', ')}`)
}
process.exitCode = chosen?.() ? 0 : 1
