import { z } from 'zod'
import type { ShownPosted, ShownSimulation } from '#app/shown.ts'
import { expectDefined } from '#core/assert.ts'
import type { AccountId } from '#core/ids.ts'
import { formatAmount, type Scale } from '#core/money.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf } from '../caller.ts'
import { withFieldNames } from '../field-names.ts'
import { noQuery } from '../fields.ts'
import { answer, ProblemSchema, problems } from '../answers.ts'
import { idsOf, problemBody, refusalProblem, sendProblem, type Ids } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { ApprovalSchema, toApproval } from './approval-schemas.ts'
import { accountId, amount } from './shown.ts'
import { namesOf, NewTransfer } from './new-transfer.ts'
import { toTransfer, TransferSchema } from './transfer-schemas.ts'

const SimulationSchema = z
  .strictObject({
    would: z.enum(['post', 'pend', 'refuse']),
    status: z.int().meta({ description: 'The HTTP status that the real request would get' }),
    transfer: TransferSchema.nullable().meta({
      description: 'As it would be recorded, posted or failed; null when it would not be recorded',
    }),
    entries: z.array(
      z.strictObject({
        account_id: accountId,
        number: z.string(),
        amount: amount.meta({ description: 'Negative when money would leave' }),
        balance_after: amount,
      }),
    ),
    approval: ApprovalSchema.optional().meta({
      description: 'When it would wait for the approval of a second principal',
    }),
    problem: ProblemSchema.optional().meta({ description: 'What the real request would be answered with' }),
  })
  .meta({ id: 'Simulation' })

const POSTED = 201
const WAITING = 202

/** Adds `/transfers/simulate`. */
export function serveSimulations(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/transfers/simulate',
    {
      schema: {
        operationId: 'simulateTransfer',
        tags: ['transfers'],
        summary: 'What a transfer would come to, now: its entries and fees, or why it would be refused',
        description:
          'Decided as the real request would be, in line with all others, and then forgotten: nothing is recorded, and no idempotency key is looked at.',
        querystring: noQuery,
        body: NewTransfer,
        response: { 200: answer('What it would come to', SimulationSchema), ...problems('body') },
      },
    },
    async (request, reply) => {
      const fieldName = namesOf(request.body)
      const asked = florinOf(request).transfers.simulate(callerOf(request), request.body.request)
      const outcome = await withFieldNames(fieldName, asked)
      return outcome.kind === 'rejected'
        ? sendProblem(reply, refusalProblem(outcome, { fieldName }))
        : toSimulation(outcome.result, { fieldName, ids: idsOf(request) })
    },
  )
}

function toSimulation(
  { outcome, entries }: ShownSimulation,
  { fieldName, ids }: { readonly fieldName: (field: string) => string; readonly ids: Ids },
): z.output<typeof SimulationSchema> {
  if (outcome.kind === 'rejected') {
    // Nothing is recorded, so there is no failed transfer to point to.
    const problem = refusalProblem({ ...outcome, transfer: null }, { fieldName })
    return {
      would: 'refuse',
      status: problem.status,
      transfer: outcome.transfer === null ? null : toTransfer(outcome.transfer),
      entries: [],
      problem: problemBody(problem, ids),
    }
  }
  if (outcome.made === 'approval') {
    return {
      would: 'pend',
      status: WAITING,
      transfer: null,
      entries: [],
      approval: toApproval(outcome.result),
    }
  }
  const transfer = outcome.result
  return {
    would: 'post',
    status: POSTED,
    transfer: toTransfer(transfer),
    entries: toSimulatedEntries(transfer, entries),
  }
}

/** Renders the entries that a transfer would make. */
export function toSimulatedEntries(transfer: ShownPosted, entries: ShownSimulation['entries']) {
  const scales = scalesOf(transfer)
  return entries.map((entry) => {
    const scale = expectDefined(scales.get(entry.accountId), `scale of ${entry.accountId}`)
    return {
      account_id: entry.accountId,
      number: entry.number.toString(),
      amount: formatAmount(entry.amount, scale),
      balance_after: formatAmount(entry.balanceAfter, scale),
    }
  })
}

function scalesOf({ postings }: ShownPosted): Map<AccountId, Scale> {
  return new Map(
    postings.flatMap(({ source, destination, scale }) => [
      [source, scale],
      [destination, scale],
    ]),
  )
}
