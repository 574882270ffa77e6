// The baseline: how a transfer is posted by the book. One transaction a transfer: lock both accounts, check, write,
// commit; prepared statements, sixteen connections, the same tables, checks and idempotency records as Florin.
// It seals no journal page, so it does less than Florin does.
import { Pool, type PoolClient } from 'pg'
import type { Command, OutcomeOf, PostTransfer } from '../server/src/core/command.ts'
import type { CommandBatcher } from '../server/src/app/command-batcher.ts'
import { AppError } from '../server/src/core/errors.ts'
import { formatAmount } from '../server/src/core/money.ts'
import { accepted, rejected } from '../server/src/core/outcome.ts'
import type { PostedTransfer, Posting } from '../server/src/core/transfer.ts'
import type { Instant } from '../server/src/core/instant.ts'

/** The connections of the baseline. */
export const TEXTBOOK_CONNECTIONS = 16

/** Takes transfers of one posting like a batcher does, and posts each by itself. */
export function createTextbook(url: string): CommandBatcher {
  const pool = new Pool({
    connectionString: url,
    application_name: 'textbook',
    max: TEXTBOOK_CONNECTIONS,
    options: '-c TimeZone=UTC -c jit=off -c synchronous_commit=on',
  })

  pool.on('error', (error) => console.error(error.message))

  async function post(command: PostTransfer): Promise<OutcomeOf<PostTransfer>> {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const outcome = await transfer(client, command)
      await client.query(outcome.kind === 'accepted' ? 'commit' : 'rollback')
      return outcome
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }

  return {
    async submit<C extends Command>(command: C): Promise<OutcomeOf<C>> {
      if (command.kind !== 'post_transfer')
        throw new AppError('application', 'the baseline only posts transfers')
      return (await post(command)) as OutcomeOf<C>
    },
    problem: () => null,
    close: () => pool.end(),
  }
}

interface LockedAccount {
  readonly id: string
  readonly currency: string
  readonly posted: string
  readonly credit_limit: string | null
  readonly last_entry: string
  readonly debited: string
  readonly debits: string
}

async function transfer(client: PoolClient, command: PostTransfer): Promise<OutcomeOf<PostTransfer>> {
  const posting = command.postings[0] as Posting
  const { source, destination, amount, currency, scale } = posting
  const { rows } = await client.query<LockedAccount>({
    name: 'lock',
    text: `select id, currency, posted, credit_limit, last_entry, debited, debits from florin.accounts
           where id in ($1, $2) order by id for update`,
    values: [source, destination],
  })
  const from = rows.find(({ id }) => id === source)
  const to = rows.find(({ id }) => id === destination)
  if (from === undefined) return rejected('account_not_found', 'postings[0].source', 'no source')
  if (to === undefined) return rejected('account_not_found', 'postings[0].destination', 'no destination')
  if (from.currency !== currency || to.currency !== currency) {
    return rejected('currency_mismatch', 'postings[0].currency', 'other currency')
  }
  const fromAfter = BigInt(from.posted) - amount
  const toAfter = BigInt(to.posted) + amount
  if (from.credit_limit !== null && fromAfter < -BigInt(from.credit_limit)) {
    return rejected('insufficient_funds', 'postings[0].source', 'insufficient funds')
  }
  const sourceLeg = { entry: BigInt(from.last_entry) + 1n, balanceAfter: fromAfter }
  const destinationLeg = { entry: BigInt(to.last_entry) + 1n, balanceAfter: toAfter }
  const createdAt = new Date().toISOString()

  const debited = [BigInt(from.debited) + amount, BigInt(to.debited)].map(String)
  const debits = [BigInt(from.debits) + 1n, BigInt(to.debits)].map(String)

  for (const [i, { entry, balanceAfter }] of [sourceLeg, destinationLeg].entries()) {
    await client.query({
      name: 'move',
      text: `update florin.accounts
             set posted = $2, last_entry = $3, debited = $4, debits = $5, updated_at = $6 where id = $1`,
      values: [
        [source, destination][i],
        balanceAfter.toString(),
        entry.toString(),
        debited[i],
        debits[i],
        createdAt,
      ],
    })
  }
  await client.query({
    name: 'transfer',
    text: `insert into florin.transfers (id, status, postings, reference, metadata, created_at)
           values ($1, 'posted', $2, $3, $4, $5)`,
    values: [
      command.id,
      JSON.stringify([
        {
          amount: formatAmount(amount, scale),
          currency,
          destination,
          destination_balance_after: formatAmount(toAfter, scale),
          destination_entry: destinationLeg.entry.toString(),
          source,
          source_balance_after: formatAmount(fromAfter, scale),
          source_entry: sourceLeg.entry.toString(),
        },
      ]),
      command.reference,
      command.metadata,
      createdAt,
    ],
  })
  await client.query({
    name: 'entries',
    text: `insert into florin.entries
             (account_id, number, transfer_id, amount, balance_after, debited_after, debits_after, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $15), ($8, $9, $10, $11, $12, $13, $14, $15)`,
    values: [
      ...[source, sourceLeg.entry, command.id, -amount, fromAfter, debited[0], debits[0]].map(String),
      ...[destination, destinationLeg.entry, command.id, amount, toAfter, debited[1], debits[1]].map(String),
      createdAt,
    ],
  })
  if (command.idempotency !== null) {
    await client.query({
      name: 'idempotency',
      text: `insert into florin.idempotency_records (principal, key, fingerprint, transfer_id, created_at)
             values ($1, $2, $3, $4, $5)`,
      values: [
        command.principal,
        command.idempotency.key,
        command.idempotency.fingerprint,
        command.id,
        createdAt,
      ],
    })
  }
  const result: PostedTransfer = {
    id: command.id,
    status: 'posted',
    postings: [{ ...posting, sourceLeg, destinationLeg, reversed: 0n }],
    reference: command.reference,
    metadata: command.metadata,
    origin: null,
    createdAt: createdAt as Instant,
    effectiveAt: createdAt as Instant,
  }
  return accepted('transfer', result)
}
