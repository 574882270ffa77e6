import type { Caller } from '#app/request.ts'
import { FLORIN } from '#core/access.ts'
import { AppError } from '#core/errors.ts'
import { parseUuidV7, type UserId } from '#core/ids.ts'
import { openLedger } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import { commonArgs, defineFlorinCommand, exitCodes, unknown, wrongUsage, type Command } from './usage.ts'

const ACTIONS = ['erase'] as const

const caller: Caller = {
  principal: FLORIN.principal,
  idempotencyKey: null,
  origin: { operation: 'eraseUser', address: null, requestId: null, credential: null },
}

/** `florin users erase <id>`: takes name and e-mail address from a user, for good. */
export const users: Command = defineFlorinCommand({
  meta: { name: 'users', description: 'Erase who a user is: name and e-mail address, for good' },
  args: {
    action: { type: 'positional', required: false, default: '', description: ACTIONS.join(', ') },
    id: { type: 'positional', required: false, description: 'Which user' },
    json: { type: 'boolean', description: 'Print JSON' },
    ...commonArgs,
  },
  async run({ args: { action, id: text, json } }) {
    if (!(ACTIONS as readonly string[]).includes(action)) {
      throw unknown(`action "${action}" of users`, action, ACTIONS)
    }
    const read = parseUuidV7<UserId>(text ?? '')
    if (!read.ok) throw wrongUsage(`"users ${action}" needs the id of a user`)
    const log = createLog({ level: 'warn', to: 'stderr' })
    const { florin, close } = await openLedger(readConfig(), log, { join: true })
    try {
      const outcome = await florin.users.erase(caller, read.value, { ifRoles: null })
      if (outcome.kind === 'rejected') {
        const { code, message } = outcome.refusal
        throw new AppError('domain', message, { code })
      }
      const { id, erasedAt } = outcome.result
      const told = json === true ? JSON.stringify({ id, erased_at: erasedAt }) : `user ${id} is erased`
      process.stdout.write(`${told}\n`)
      return exitCodes.ok
    } finally {
      await close()
    }
  },
})
