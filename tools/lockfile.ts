/**
 * Completes package-lock.json: writes the entry of every optional platform package that npm left out.
 *
 * npm drops an optional dependency from the lockfile when the registry it asked does not carry it (mirrors often
 * lack the darwin or android builds of a linter), and `npm ci` then refuses the lockfile on every machine.
 * An entry with version, os and cpu is enough: where the platform differs npm skips it, where it is the same npm
 * fetches it by name and version. Run it after each `npm install`: `npm run lockfile`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface LockedPackage {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  resolved?: string
  optionalDependencies?: Record<string, string>
}

/** The parts of package-lock.json (version 3) that the house reads. */
export interface Lockfile {
  packages: Record<string, LockedPackage>
}

/** An optional dependency that some locked package names and the lockfile does not hold. */
export interface MissingPackage {
  name: string
  version: string
  dev: boolean
}

/** Lists the optional packages which the lockfile names and lacks; empty means that `npm ci` accepts it. */
export function missingOptionals(lockfile: Lockfile): MissingPackage[] {
  const missing = new Map<string, MissingPackage>()
  for (const [path, owner] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`]
      if (places.some((place) => place in lockfile.packages)) continue
      missing.set(name, { name, version, dev: owner.dev ?? false })
    }
  }
  return [...missing.values()]
}

/** Reads os, cpu and libc out of a platform package's name, such as `@oxlint/binding-linux-x64-musl`. */
function toPlatform(name: string): { os: string[]; cpu: string[]; libc?: string[] } {
  const found =
    /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|aarch64|armv7|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(\w+))?$/.exec(
      name,
    )
  if (!found?.[1] || !found[2])
    throw new Error(`${name}: no platform in its name, add its lockfile entry by hand`)
  const libc = { gnu: 'glibc', musl: 'musl' }[found[3] ?? '']
  // Some name processors as Linux does; npm knows them by Node's names.
  const cpu = { aarch64: 'arm64', armv7: 'arm' }[found[2]] ?? found[2]
  return { os: [found[1]], cpu: [cpu], ...(libc ? { libc: [libc] } : {}) }
}

function completeLockfile(path: string): void {
  const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile
  const missing = missingOptionals(lockfile)
  for (const { name, version, dev } of missing) {
    lockfile.packages[`node_modules/${name}`] = {
      version,
      ...(dev ? { dev } : {}),
      optional: true,
      ...toPlatform(name),
    }
  }
  const sorted = Object.entries(lockfile.packages).toSorted(([a], [b]) => (a < b ? -1 : 1))
  lockfile.packages = Object.fromEntries(sorted)
  writeFileSync(path, JSON.stringify(lockfile, null, 2) + '\n')
  console.log(`lockfile: ${missing.length} optional packages added`)
}

if (import.meta.main) completeLockfile('package-lock.json')
