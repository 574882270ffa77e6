/** What a tidy rule sees of the repository: every file as path and text, nothing read twice. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A file of the repository; the path is relative to its root, with `/`. */
export interface SourceFile {
  path: string
  text: string
}

/** A place that breaks a rule, and what to do about it. */
export interface Violation {
  path: string
  line?: number
  message: string
}

/** A tidy rule: `why` is printed with each violation, so it says what the rule protects. */
export interface Rule {
  name: string
  why: string
  check: (files: SourceFile[]) => Violation[]
}

/** Binary files carry no rules. */
const BINARY = /\.(png|jpg|ico|woff2?|gz|zip|binpb)$/

/** Reads the files that git tracks or would track (so neither node_modules nor build output). */
export function readSourceFiles(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  })
  const paths = listed.split('\0').filter((path) => path !== '' && !BINARY.test(path) && existsSync(path))
  return paths.map((path) => ({ path, text: readFileSync(path, 'utf8') }))
}

/** Generated code, and the tests which plant violations on purpose. */
const NOT_WRITTEN_TO_BE_TIDY = /(^|\/)gen\/|^tools\/(tidy|gates)\.test\.ts$/

/** Tells whether the file is TypeScript that the rules are about. */
export function isTypeScript(file: SourceFile): boolean {
  return /\.tsx?$/.test(file.path) && !NOT_WRITTEN_TO_BE_TIDY.test(file.path)
}

/** Tells whether the file is a test, or only serves tests. */
export function isTest(file: SourceFile): boolean {
  return /\.test\.tsx?$/.test(file.path) || file.path.startsWith('server/test/')
}

/** Blanks comments and keeps the line numbers; what stands in strings stays. */
export function withoutComments(text: string): string {
  const blank = (comment: string) => comment.replaceAll(/[^\n]/g, ' ')
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, blank).replaceAll(/(?<=^|[\s;{}(),])\/\/[^\n]*/g, blank)
}

/** Finds each line of a file that matches. */
export function matchingLines(file: SourceFile, text: string, pattern: RegExp, message: string): Violation[] {
  return text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [{ path: file.path, line: index + 1, message }] : []))
}

/** Lists the module specifiers that a file imports, exports from or loads; `dynamic` marks `import()`, '' a computed one. */
export function importsOf(file: SourceFile): { specifier: string; clause: string; dynamic: boolean }[] {
  const text = withoutComments(file.text)
  const fixed = [...text.matchAll(/^(?:import|export)\b([^'"`;=]*?)\s*from\s*['"]([^'"]+)['"]/gm)]
  const bare = [...text.matchAll(/^import\s*['"]([^'"]+)['"]/gm)]
  const dynamic = [...text.matchAll(/\bimport\s*\(\s*(?:['"]([^'"]+)['"]\s*\))?/g)]
  return [
    ...fixed.map((found) => ({ specifier: found[2] ?? '', clause: found[1] ?? '', dynamic: false })),
    ...bare.map((found) => ({ specifier: found[1] ?? '', clause: '', dynamic: false })),
    ...dynamic.map((found) => ({ specifier: found[1] ?? '', clause: '', dynamic: true })),
  ]
}
