// Lists that are walked along an index, from where their page begins.
import { sql, type RawBuilder } from 'kysely'

const FIRST = '00000000-0000-0000-0000-000000000000'
/** Above every id. */
export const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/**
 * Makes walks of a table: the rows with these values, newest first from `before` on, along the index of these columns and
 * the id. Whole rows are compared and sorted by, so that no other index will do, whatever the planner believes to know.
 */
export function createWalk(
  table: string,
  { before, limit }: { readonly before: string; readonly limit: number },
): (values: Readonly<Record<string, RawBuilder<unknown>>>) => RawBuilder<unknown> {
  return (values) => {
    const keys = [...Object.keys(values), 'id'].map((column) => sql.ref(column))
    const row = (id: string) => sql.join([...Object.values(values), sql`${id}`])
    return sql`(
      select * from ${sql.table(table)}
      where (${sql.join(keys)}) >= (${row(FIRST)}) and (${sql.join(keys)}) < (${row(before)})
      order by ${sql.join(keys.map((key) => sql`${key} desc`))}
      limit ${limit}
    )`
  }
}
