/** Tidy rules about TypeScript: names, sizes, rooms and documentation. */
import { posix } from 'node:path'
import { importsOf, isTest, isTypeScript, matchingLines, withoutComments } from './source.ts'
import type { Rule, SourceFile, Violation } from './source.ts'

/** Lines of a file above which it explains itself. */
const FILE_LINES_MAX = 400

const kebabCaseFiles: Rule = {
  name: 'kebab-case-files',
  why: 'one spelling of a file name: what you look for is where you look',
  check: (files) =>
    files
      .filter((file) => /\.(tsx?|js|sh)$/.test(file.path) && !/(^|\/)gen\//.test(file.path))
      .filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.\w+$/.test(posix.basename(file.path)))
      .map((file) => ({ path: file.path, message: 'name it in kebab-case' })),
}

const noIndexFiles: Rule = {
  name: 'no-index-files',
  why: 'a barrel hides which file owns a thing; only a published package has an edge',
  check: (files) =>
    files
      .filter((file) => /(^|\/)index\.tsx?$/.test(file.path) && file.path !== 'client/src/index.ts')
      .map((file) => ({ path: file.path, message: 'name the file after what it owns' })),
}

const longFilesExplain: Rule = {
  name: 'long-files-explain',
  why: `a file above ${FILE_LINES_MAX} lines is usually two; when it is not, its reader wants to know why`,
  check: (files) =>
    files
      .filter((file) => isTypeScript(file) && file.text.split('\n').length > FILE_LINES_MAX + 1)
      .filter(
        (file) =>
          !/^(#![^\n]*\n)?(\/\*\*?[\s\S]*?Long because[\s\S]*?\*\/|(\/\/[^\n]*\n)*\/\/[^\n]*Long because)/.test(
            file.text,
          ),
      )
      .map((file) => ({
        path: file.path,
        message: 'split it, or say "Long because …" in its header comment',
      })),
}

const plainNames: Rule = {
  name: 'plain-names',
  why: 'a name says what a thing is; these words say that nobody knew',
  check: (files) => {
    const declared =
      /\b(class|interface|type|enum|function|const|let)\s+(\w*(Manager|Helpers?|Utils?|Impl|DTO|Dto)|[hH]elpers?|[uU]tils?|manager|dto)\b/
    const prefixed = /\binterface\s+I[A-Z][a-z]/
    const fileName = /(^|[-/])(manager|helpers?|utils?|impl|dto|base)(\.test)?\.tsx?$/
    return files.filter(isTypeScript).flatMap((file) => {
      const code = withoutComments(file.text)
      const named = fileName.test(file.path)
        ? [{ path: file.path, message: 'name the file after what it owns' }]
        : []
      const message = 'no Manager, Helper, Util, Impl, DTO or IFoo: name what it is'
      return [
        ...named,
        ...matchingLines(file, code, declared, message),
        ...matchingLines(file, code, prefixed, message),
      ]
    })
  },
}

const environmentInOnePlace: Rule = {
  name: 'environment-in-one-place',
  why: 'configuration is parsed once, in main/config.ts, where a wrong value is named with what it should be',
  check: (files) =>
    files
      .filter((file) => isTypeScript(file) && /^(server|client|console)\//.test(file.path) && !isTest(file))
      .filter((file) => file.path !== 'server/src/main/config.ts')
      .flatMap((file) => {
        const reads =
          /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*(=\s*process\b|from\s*'(node:)?process')/
        return matchingLines(
          file,
          withoutComments(file.text),
          reads,
          'take it from the configuration that main parsed',
        )
      }),
}

const adaptersMadeInOnePlace: Rule = {
  name: 'adapters-made-in-one-place',
  why: 'what runs is visible in one file, main/compose.ts',
  check: (files) =>
    files
      .filter((file) => file.path.startsWith('server/src/') && isTypeScript(file) && !isTest(file))
      .filter(
        (file) => file.path !== 'server/src/main/compose.ts' && !file.path.startsWith('server/src/adapters/'),
      )
      .flatMap((file) =>
        importsOf(file)
          .filter(({ specifier }) => specifier.startsWith('#adapters/'))
          .filter(
            ({ clause, dynamic }) =>
              dynamic || (!/^\s*type\b/.test(clause) && /\bcreate[A-Z]|\*|\bnew[A-Z]/.test(clause)),
          )
          .map(({ specifier }) => ({
            path: file.path,
            message: `${specifier} is constructed in main/compose.ts only`,
          })),
      ),
}

const SRC = 'server/src/'

/** The room of a file: `core`, `api`, …; an adapter is a room of its own: `adapters/store-postgres`. */
function toRoom(path: string): string | undefined {
  const found = /^server\/src\/(adapters\/[^/]+|[^/]+)\//.exec(path)
  return found?.[1] ?? (path.startsWith('server/test/') ? 'test' : undefined)
}

const relativePathsStayInside: Rule = {
  name: 'relative-paths-stay-inside',
  why: 'across rooms one imports #room/file.ts, so that the arrow table sees every arrow',
  check: (files) =>
    files.filter(isTypeScript).flatMap((file) => {
      const room = toRoom(file.path)
      if (room === undefined) return []
      return importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .filter(({ specifier }) => toRoom(posix.join(posix.dirname(file.path), specifier)) !== room)
        .map(({ specifier }) => ({ path: file.path, message: `${specifier} leaves ${room}` }))
    }),
}

const noHiddenArrows: Rule = {
  name: 'no-hidden-arrows',
  why: 'the linter reads no import(): only wiring loads our own files lazily, and core, ports and app load nothing',
  check: (files) =>
    files
      .filter((file) => file.path.startsWith(SRC) && isTypeScript(file) && !isTest(file))
      .filter((file) => !/^server\/src\/(main|cli)\//.test(file.path))
      .flatMap((file) =>
        importsOf(file)
          .filter(({ dynamic }) => dynamic)
          .filter(
            ({ specifier }) =>
              /^server\/src\/(core|ports|app)\//.test(file.path) || !/^(node:|[a-z@])/.test(specifier),
          )
          .map(({ specifier }) => ({
            path: file.path,
            message: `import it at the top instead of import(${specifier})`,
          })),
      ),
}

const coreIsSynchronous: Rule = {
  name: 'core-is-synchronous',
  why: 'decide(state, command, now) has everything in hand: waiting would let the state change under it',
  check: (files) =>
    files
      .filter((file) => file.path.startsWith('server/src/core/') && isTypeScript(file) && !isTest(file))
      .flatMap((file) =>
        matchingLines(
          file,
          withoutComments(file.text),
          /\b(async|await|Promise)\b/,
          'core neither waits nor promises',
        ),
      ),
}

const exportsAreDocumented: Rule = {
  name: 'exports-are-documented',
  why: 'what leaves a file is read by someone who has not read the file',
  check: (files) =>
    files
      .filter((file) => isTypeScript(file) && !/\.test\.tsx?$/.test(file.path))
      .flatMap(undocumentedExports),
}

function undocumentedExports(file: SourceFile): Violation[] {
  const declaration =
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|class|interface|type|enum)\s+(\w+)/
  const lines = file.text.split('\n')
  const seen = new Set<string>()
  return lines.flatMap((line, index) => {
    const name = declaration.exec(line)?.[1]
    // The first of a function's overloads speaks for all; so does the first of a type and a const of one name.
    if (name === undefined || seen.has(name)) return []
    seen.add(name)
    // One TSDoc speaks for a block of constants that stand line by line below it.
    let above = index - 1
    while (line.startsWith('export const') && /^export const \w+(: [^=]+)? = .*$/.test(lines[above] ?? ''))
      above -= 1
    if (lines[above]?.trimEnd().endsWith('*/')) return []
    return [{ path: file.path, line: index + 1, message: `${name} lacks its TSDoc` }]
  })
}

const noFocusedTests: Rule = {
  name: 'no-focused-tests',
  why: 'one `only` left behind turns every other test off',
  check: (files) =>
    files
      .filter((file) => isTypeScript(file) && /\.test\.tsx?$/.test(file.path))
      .flatMap((file) =>
        matchingLines(
          file,
          withoutComments(file.text),
          /^\s*(test|it|describe|suite)\.only\(|\{\s*only:\s*true/,
          'run them all',
        ),
      ),
}

/** The rules about TypeScript files. */
export const CODE_RULES: Rule[] = [
  kebabCaseFiles,
  noIndexFiles,
  longFilesExplain,
  plainNames,
  environmentInOnePlace,
  adaptersMadeInOnePlace,
  relativePathsStayInside,
  noHiddenArrows,
  coreIsSynchronous,
  exportsAreDocumented,
  noFocusedTests,
]
