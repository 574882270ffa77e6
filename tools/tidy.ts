/**
 * The house rules that no linter knows: each is a small function with its reason, in `tools/tidy/`.
 * A rule sees the whole repository as plain data, so its test hands it a file that breaks it.
 */
import { CODE_RULES } from './tidy/code-rules.ts'
import { REPOSITORY_RULES } from './tidy/repository-rules.ts'
import { readSourceFiles } from './tidy/source.ts'
import type { Rule, SourceFile } from './tidy/source.ts'

/** All rules, in the order they are reported. */
export const RULES: Rule[] = [...CODE_RULES, ...REPOSITORY_RULES]

/** Runs every rule and returns one printable line for each violation; having seen no file is one too. */
export function tidy(files: SourceFile[]): string[] {
  if (files.length === 0) return ['tidy saw no files: a check that sees nothing proves nothing']
  return RULES.flatMap((rule) =>
    rule
      .check(files)
      .map(
        ({ path, line, message }) =>
          `${path}${line ? `:${line}` : ''}: ${message} (${rule.name}: ${rule.why})`,
      ),
  )
}

if (import.meta.main) {
  const files = readSourceFiles()
  const violations = tidy(files)
  for (const violation of violations) console.error(violation)
  console.log(`tidy: ${files.length} files, ${RULES.length} rules, ${violations.length} violations`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
