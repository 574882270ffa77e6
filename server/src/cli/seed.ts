import { Presets, SingleBar } from 'cli-progress'
import type { Florin } from '#app/florin.ts'
import type { Caller } from '#app/request.ts'
import type { Rejected } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import { openLedger } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import { createWorld } from './seed-world.ts'
import { commonArgs, defineFlorinCommand, exitCodes, parseCount, wrongUsage, type Command } from './usage.ts'

/** Requests under way at once: two full batches, so that one gathers while one commits. */
const CONCURRENCY = 2000
/** Far more than a laptop wants, and still ids that never collide. */
const COUNT_MAX = 100_000_000
const SEED_MAX = 1_000_000

type Answer = Rejected | { readonly kind: 'accepted'; readonly replayed: boolean }

const caller: Caller = { principal: 'seed' as Principal, idempotencyKey: null }

/** `florin seed`: fills a ledger with believable data, the same way that requests would. */
export const seed: Command = defineFlorinCommand({
  meta: { name: 'seed', description: 'Fill the ledger with believable users, accounts and transfers' },
  args: {
    users: { type: 'string', default: '100', valueHint: 'n', description: 'How many users' },
    accounts: { type: 'string', default: '200', valueHint: 'n', description: 'How many accounts' },
    transfers: { type: 'string', default: '10000', valueHint: 'n', description: 'How many transfers' },
    seed: {
      type: 'string',
      default: '1',
      valueHint: 'n',
      description: 'Another seed makes another world; the same again adds nothing',
    },
    ...commonArgs,
  },
  async run({ args }) {
    const count = (option: 'users' | 'accounts' | 'transfers') =>
      parseCount(option, args[option], { min: 0, max: COUNT_MAX })
    const size = {
      users: count('users'),
      accounts: count('accounts'),
      transfers: count('transfers'),
      seed: parseCount('seed', args.seed, { min: 1, max: SEED_MAX }),
    }
    if (size.transfers > 0 && size.accounts < 2) throw wrongUsage('--transfers need two --accounts at least')
    const config = readConfig()
    const { florin, close } = await openLedger(config, createLog({ level: 'warn', to: 'stderr' }), {
      join: true,
    })
    try {
      await fill(florin, size)
      return exitCodes.ok
    } finally {
      await close()
    }
  },
})

async function fill(florin: Florin, size: Parameters<typeof createWorld>[0]): Promise<void> {
  const world = createWorld(size)
  const { users, accounts, transfers } = florin
  await run('users', size.users, world.users(), (request) => users.create(caller, request))
  await run('accounts', size.accounts, world.accounts(), (request) => accounts.create(caller, request))
  await run('transfers', size.transfers, world.transfers(), (request) => transfers.post(caller, request))
}

async function run<T>(
  name: string,
  total: number,
  requests: Iterable<T>,
  send: (request: T) => Promise<Answer>,
): Promise<void> {
  if (total === 0) return
  const counts = { made: 0, again: 0, refused: 0 }
  const bar = new SingleBar(
    { format: `${name.padEnd(9)} {bar} {value}/{total} {eta_formatted}` },
    Presets.shades_classic,
  )
  if (process.stderr.isTTY) bar.start(total, 0)
  const startedMs = performance.now()
  try {
    await forEachConcurrently(requests, CONCURRENCY, async (request) => {
      counts[judge(await send(request))] += 1
      bar.increment()
    })
  } finally {
    bar.stop()
  }
  const seconds = (performance.now() - startedMs) / 1000
  const rate = Math.round(total / seconds).toLocaleString('en')
  const also = [
    ...(counts.refused > 0 ? [`${counts.refused} refused and recorded`] : []),
    ...(counts.again > 0 ? [`${counts.again} were there already`] : []),
  ]
  const rest = also.length === 0 ? '' : ` (${also.join(', ')})`
  process.stdout.write(`${name.padEnd(9)} ${counts.made} made${rest} in ${seconds.toFixed(1)} s, ${rate}/s\n`)
}

function judge(outcome: Answer): 'made' | 'again' | 'refused' {
  if (outcome.replayed) return 'again'
  if (outcome.kind === 'accepted') return 'made'
  return ['user_exists', 'account_exists'].includes(outcome.refusal.code) ? 'again' : 'refused'
}

/** Runs `work` for each item, in order, at most `limit` at a time; the first failure ends it. */
async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failed = false
  async function takeTurns(): Promise<void> {
    for (let next = iterator.next(); !failed && next.done !== true; next = iterator.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, takeTurns))
}
