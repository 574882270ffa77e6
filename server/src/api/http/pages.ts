// Cursor pages: `?limit=50&cursor=…` answers `{data, next_cursor}`. A cursor is opaque to callers, says which list and
// which filters it belongs to, and is trusted for nothing: what it holds is parsed like any other input.
import { z } from 'zod'
import { parsed, problem, type Parsed } from '#core/parsed.ts'
import { limit, PAGE_SIZE_MAX } from './fields.ts'

const CURSOR_LENGTH_MAX = 2048

/** What a list was asked for. */
export interface PageRequest<Filters, Position> {
  readonly limit: number
  readonly filters: Filters
  /** The page begins after this; undefined for the first. */
  readonly after: Position | undefined
  /** Makes the cursor that goes on from here. */
  readonly cursorAt: (position: string) => string
}

type FilterShape = Readonly<Record<string, z.ZodType<string | undefined>>>

/**
 * The query of a list: `limit`, `cursor` and the filters. With a cursor the filters may be left out; those given must
 * be the cursor's own.
 */
export function listQuery<Shape extends FilterShape, Position>(list: {
  readonly name: string
  readonly filters: Shape
  readonly position: (text: string) => Parsed<Position>
}) {
  const filterSchema = z.strictObject(list.filters)
  type Filters = z.output<typeof filterSchema>
  const query = z.strictObject({
    limit,
    cursor: z
      .string()
      .max(CURSOR_LENGTH_MAX)
      .optional()
      .meta({ description: '`next_cursor` of the page before; absent for the first page' }),
    ...list.filters,
  })

  return query.transform((asked, ctx): PageRequest<Filters, Position> => {
    const { limit: size, cursor, ...given } = asked as { limit: number; cursor?: string } & Filters
    const first = { limit: size, after: undefined, ...withCursors(given as Filters) }
    if (cursor === undefined) return first
    const read = readCursor(cursor, given)
    if (read.ok) return { limit: size, after: read.value.after, ...withCursors(read.value.filters) }
    ctx.issues.push({ code: 'custom', path: ['cursor'], message: read.problem, input: cursor })
    return first
  })

  function withCursors(filters: Filters) {
    return { filters, cursorAt: (position: string) => encode([list.name, filters, position]) }
  }

  function readCursor(cursor: string, given: object): Parsed<{ filters: Filters; after: Position }> {
    const content = decode(cursor)
    if (!Array.isArray(content) || content.length !== 3) return problem('is not a cursor that Florin gave')
    const [name, carried, text] = content as unknown[]
    if (name !== list.name) return problem('belongs to another list')
    const filters = filterSchema.safeParse(carried)
    const position = typeof text === 'string' ? list.position(text) : problem('')
    if (!filters.success || !position.ok) return problem('is not a cursor that Florin gave')
    const held = filters.data as Record<string, unknown>
    const other = Object.entries(given).find(([key, value]) => value !== undefined && value !== held[key])
    if (other !== undefined) return problem(`was given for another ${other[0]}; begin without a cursor`)
    return parsed({ filters: filters.data, after: position.value })
  }
}

/** The rows to ask for: one more than the page, to know whether there is another page. */
export function rowsToRead({ limit: size }: { readonly limit: number }): number {
  return Math.min(size + 1, PAGE_SIZE_MAX)
}

/** A page as it is answered. */
export function toPage<Row, Shown>(
  rows: readonly Row[],
  request: Pick<PageRequest<unknown, unknown>, 'limit' | 'cursorAt'>,
  show: { readonly position: (row: Row) => string; readonly row: (row: Row) => Shown },
): { data: Shown[]; next_cursor: string | null } {
  const shown = rows.slice(0, request.limit)
  const last = shown.at(-1)
  const more = rows.length > request.limit || rows.length === PAGE_SIZE_MAX
  return {
    data: shown.map(show.row),
    next_cursor: more && last !== undefined ? request.cursorAt(show.position(last)) : null,
  }
}

function encode(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
