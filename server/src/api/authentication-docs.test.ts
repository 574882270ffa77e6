/** That docs/api/authentication.md says what the tables of access say. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { status } from '@grpc/grpc-js'
import { accessCodes } from '#core/access-codes.ts'
import { roles, scopes, scopesOf } from '#core/access.ts'
import { operations, type ForUsers, type OperationName, type OperationRule } from '#core/operations.ts'
import { createEdge } from '#test/http-edge.ts'
import { methodNames, operationOf } from './grpc/methods.ts'
import { errorStatuses } from './grpc/status.ts'
import { errorMeanings } from './http/problems.ts'

const PAGE = readFileSync(new URL('../../../docs/api/authentication.md', import.meta.url), 'utf8')

/** The rows of the table whose first column has this name, with its head. */
function tableOf(name: string): string[][] {
  const rows = PAGE.split('\n').map((line) => line.split('|').slice(1, -1))
  const cells = rows.map((row) => row.map((cell) => cell.trim()))
  const start = cells.findIndex(([first]) => first === name)
  const end = cells.findIndex((row, i) => i > start && row.length === 0)
  return cells.slice(start, end).filter((_, i) => i !== 1)
}

test('every scope is explained, and in the roles that it is in', () => {
  const shown = tableOf('scope')
  const expected = scopes.map((scope, i) => {
    const [, meaning] = shown[i + 1] ?? []
    return [
      `\`${scope}\``,
      meaning || 'something',
      ...roles.map((role) => (scopesOf([role]).has(scope) ? '✓' : '')),
    ]
  })
  assert.deepEqual(shown, [['scope', 'lets', ...roles], ...expected])
})

test('every reason to turn a caller away has its statuses', () => {
  const shown = tableOf('code').slice(1)
  const expected = Object.entries(accessCodes).map(([code, kind]) => [
    `\`${code}\``,
    String(errorMeanings[kind].status),
    `\`${status[errorStatuses[kind]]}\``,
  ])
  assert.deepEqual(
    shown.map((row) => row.slice(0, 3)),
    expected,
  )
})

const USER_WORDS: Readonly<Record<ForUsers, string>> = {
  named: 'what is theirs',
  debited: 'from what is theirs',
  listed: 'what is theirs',
  shared: 'as everybody',
  self: 'themselves',
  none: '',
}

test('every operation that needs a caller is there, by its path, its methods and its scope', async () => {
  const edge = await createEdge()
  await edge.close()
  const routes = Object.entries(edge.openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, { operationId }]) => [
      operationId,
      `\`${verb.toUpperCase()} ${path}\``,
    ]),
  )
  const paths = new Map(routes as [string, string][])
  const expected = (Object.entries(operations) as [OperationName, OperationRule][])
    .filter(([, { needs }]) => needs !== 'nothing')
    .map(([name, { needs, forUsers }]) => {
      const methods = methodNames.filter((method) => operationOf(method) === name)
      const rpcs = methods.map((method) => `\`${method.replace('florin.', '')}\``).join(', ')
      return [
        paths.get(name) ?? '',
        rpcs,
        needs === 'a caller' ? 'any' : `\`${needs}\``,
        USER_WORDS[forUsers],
      ]
    })
  assert.deepEqual(tableOf('REST'), [['REST', 'gRPC', 'scope', 'users'], ...expected], toMarkdown(expected))
})

function toMarkdown(rows: readonly string[][]): string {
  return `the table must be:\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`
}
