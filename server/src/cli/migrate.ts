import { openMigrator } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import { commonArgs, defineFlorinCommand, exitCodes, unknown, wrongUsage, type Command } from './usage.ts'

const ACTIONS = ['up', 'down', 'status'] as const

/** `florin migrate up|down|status`: brings the database to this Florin's schema, one step back, or says where it is. */
export const migrate: Command = defineFlorinCommand({
  meta: { name: 'migrate', description: 'Bring the database to the schema of this Florin, or back' },
  args: {
    action: {
      type: 'positional',
      required: false,
      default: 'status',
      description: 'up: all that is missing; down: one step back; status: what there is',
    },
    yes: { type: 'boolean', description: 'down: yes, lose what only the newest migration holds' },
    ...commonArgs,
  },
  async run({ args }) {
    const action = ACTIONS.find((name) => name === args.action)
    if (action === undefined) throw unknown(`action "${args.action}" of migrate`, args.action, ACTIONS)
    if (action === 'down' && args.yes !== true) {
      throw wrongUsage('"migrate down" loses what only the newest migration holds; say --yes if you mean it')
    }
    const config = readConfig()
    const { migrator, close } = await openMigrator(config, createLog({ level: 'warn', to: 'stderr' }))
    try {
      if (action !== 'status') {
        const done = await migrator[action]()
        for (const { migrationName } of done)
          print(`${action === 'up' ? 'applied' : 'undone'}  ${migrationName}`)
        if (done.length === 0) print('nothing to do')
        return exitCodes.ok
      }
      for (const { name, executedAt } of await migrator.status()) {
        print(`${executedAt === undefined ? 'missing                 ' : executedAt.toISOString()}  ${name}`)
      }
      return exitCodes.ok
    } finally {
      await close()
    }
  },
})

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
