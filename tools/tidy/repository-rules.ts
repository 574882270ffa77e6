/** Tidy rules about everything that is not TypeScript: folders, SQL, the lockfile, loose ends. */
import { posix } from 'node:path'
import { missingOptionals } from '../lockfile.ts'
import type { Lockfile } from '../lockfile.ts'
import { isTypeScript, matchingLines } from './source.ts'
import type { Rule, SourceFile, Violation } from './source.ts'

/** Lines of a folder's README. */
const README_LINES_MAX = 30

const foldersExplainThemselves: Rule = {
  name: 'folders-explain-themselves',
  why: 'a newcomer reads what a folder owns, what it may import and how to add to it, on one screen',
  check: (files) => {
    const folders = new Set<string>()
    for (const { path } of files) {
      const top = /^([^./][^/]*)\//.exec(path)?.[1]
      const room = /^server\/(src\/[^/]+|sql|test)\//.exec(path)?.[0]
      if (top !== undefined) folders.add(top)
      if (room !== undefined) folders.add(room.slice(0, -1))
    }
    return [...folders].flatMap((folder): Violation[] => {
      const path = `${folder}/README.md`
      const readme = files.find((file) => file.path === path)
      if (!readme) return [{ path, message: 'write it: owns, may import, how to add one' }]
      const lines = readme.text.trimEnd().split('\n').length
      return lines > README_LINES_MAX
        ? [{ path, message: `${lines} lines, ${README_LINES_MAX} at most` }]
        : []
    })
  },
}

const noLooseEnds: Rule = {
  name: 'no-loose-ends',
  why: 'what is left to do is an issue, where somebody sees it',
  check: (files) =>
    files
      .filter((file) => /\.(tsx?|js|sql|sh|ya?ml|proto|css|html)$/.test(file.path))
      .flatMap((file) => matchingLines(file, file.text, /\b(TO[D]O|FIX[M]E)\b/, 'do it, or open an issue')),
}

const lockfileNamesNoRegistry: Rule = {
  name: 'lockfile-names-no-registry',
  why: 'the lockfile installs from whatever registry its reader uses',
  check: (files) => [
    ...files
      .filter((file) => /(^|\/)package-lock\.json$/.test(file.path))
      .flatMap((file) =>
        matchingLines(
          file,
          file.text,
          /"resolved":\s*"\w+:/,
          'npm install with omit-lockfile-registry-resolved=true',
        ),
      ),
    ...files
      .filter((file) => /(^|\/)\.npmrc$/.test(file.path))
      .flatMap((file) =>
        matchingLines(file, file.text, /registry\s*=|_auth/, 'a registry is its reader’s own choice'),
      ),
  ],
}

const lockfileIsComplete: Rule = {
  name: 'lockfile-is-complete',
  why: 'npm ci refuses a lockfile that lacks the optional package of another platform',
  check: (files) =>
    files
      .filter((file) => file.path === 'package-lock.json')
      .flatMap((file) =>
        missingOptionals(JSON.parse(file.text) as Lockfile).map(({ name }) => ({
          path: file.path,
          message: `lacks ${name}: npm run lockfile`,
        })),
      ),
}

const exactVersions: Rule = {
  name: 'exact-versions',
  why: 'two machines install the same code',
  check: (files) =>
    files
      .filter((file) => /(^|\/)package\.json$/.test(file.path))
      .flatMap((file) =>
        matchingLines(file, file.text, /^\s*"(?!node")[@\w/.-]+":\s*"[~^]\d/, 'pin the exact version'),
      ),
}

const SQL_FUNCTION = /^server\/sql\/[^/]+\/functions\/([^/]+)\.sql$/

/** The names of the functions and procedures that a file makes, without their schema. */
function madeFunctions(file: SourceFile): string[] {
  const made = file.text.matchAll(
    /\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:"?\w+"?\.)?"?(\w+)"?/gi,
  )
  return [...made].map((found) => (found[1] ?? '').toLowerCase())
}

const oneSqlFunctionAFile: Rule = {
  name: 'one-sql-function-a-file',
  why: 'a stored function has a history of its own, and its file bears its name',
  check: (files) =>
    files.flatMap((file): Violation[] => {
      if (!file.path.startsWith('server/sql/') || !file.path.endsWith('.sql')) return []
      const name = SQL_FUNCTION.exec(file.path)?.[1]
      const made = madeFunctions(file)
      if (name === undefined)
        return made.length === 0 ? [] : [{ path: file.path, message: 'stored functions live in functions/' }]
      if (made.length === 1 && made[0] === name) return []
      return [
        {
          path: file.path,
          message: `makes ${made.join(', ') || 'no function'}; it should make ${name}, and only that`,
        },
      ]
    }),
}

const MIGRATION = /^(server\/sql\/[^/]+\/migrations)\/([^/]+)$/

const migrationsComeInPairs: Rule = {
  name: 'migrations-come-in-pairs',
  why: 'a schema that went up can come down, and no two migrations fight for a number',
  check: (files) => {
    const paths = new Set(files.map((file) => file.path))
    const byNumber = new Map<string, string>()
    const violations: Violation[] = []
    for (const path of [...paths].filter((candidate) => MIGRATION.test(candidate))) {
      const found = /^(.*\/(\d{4})-[a-z0-9-]+)\.(up|down)\.sql$/.exec(path)
      if (!found?.[1] || !found[2]) {
        violations.push({ path, message: 'name it 0001-what-it-does.up.sql or .down.sql' })
        continue
      }
      const other = `${found[1]}.${found[3] === 'up' ? 'down' : 'up'}.sql`
      if (!paths.has(other)) violations.push({ path, message: `lacks ${posix.basename(other)}` })
      const slot = `${posix.dirname(path)}/${found[2]}`
      if ((byNumber.get(slot) ?? found[1]) !== found[1])
        violations.push({ path, message: `${found[2]} is taken` })
      byNumber.set(slot, found[1])
    }
    for (const slot of byNumber.keys()) {
      const before = String(Number(slot.slice(-4)) - 1).padStart(4, '0')
      if (before !== '0000' && !byNumber.has(slot.slice(0, -4) + before))
        violations.push({ path: slot, message: `${before} is missing` })
    }
    return violations
  },
}

const PLACES = /(^|[\s'"`(=])\/(home|Users|root|work)\/\w/

const noMachinePaths: Rule = {
  name: 'no-machine-paths',
  why: 'a path of one machine works on one machine',
  check: (files) =>
    files
      .filter((file) => isTypeScript(file) || /\.(js|json|sql|sh|ya?ml|md)$/.test(file.path))
      .filter((file) => !file.path.startsWith('deploy/'))
      .flatMap((file) =>
        matchingLines(file, file.text, PLACES, 'say it relative to the repository, or take it from outside'),
      ),
}

/** The rules about the repository as a whole. */
export const REPOSITORY_RULES: Rule[] = [
  foldersExplainThemselves,
  noLooseEnds,
  lockfileNamesNoRegistry,
  lockfileIsComplete,
  exactVersions,
  oneSqlFunctionAFile,
  migrationsComeInPairs,
  noMachinePaths,
]
