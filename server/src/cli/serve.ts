import { resolve } from 'node:path'
import { styleText } from 'node:util'
import { OPEN_NOTICE } from '#app/access-control.ts'
import { composeFlorin, type DatabaseInfo, type RunningFlorin } from '#main/compose.ts'
import { readConfig } from '#main/config.ts'
import { createLog } from '#main/log.ts'
import { runUntilStopped } from './run-until-stopped.ts'
import { commonArgs, defineFlorinCommand, type Command } from './usage.ts'

/** `florin serve`: runs everything in this process until it is told to stop. */
export const serve: Command = defineFlorinCommand({
  meta: { name: 'serve', description: 'Run Florin until Ctrl-C' },
  args: commonArgs,
  async run() {
    const config = readConfig()
    const log = createLog({ level: config.logLevel, to: 'stdout' })
    return await runUntilStopped({
      log,
      stopTimeoutMs: config.stopTimeoutMs,
      async start(fail) {
        const running = await composeFlorin(config, log, fail)
        announce(running)
        return running
      },
    })
  },
})

/** Says on stdout where Florin is: a few lines for people, one JSON line for whoever started it. */
function announce(running: RunningFlorin): void {
  const { address, grpcAddress, isTls, database, accessControl } = running
  const { authentication } = accessControl
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  const origin = `http${isTls ? 's' : ''}://${host}:${address.port}`
  const urls = { api: origin, docs: `${origin}/docs`, health: `${origin}/health/ready` }
  if (!process.stdout.isTTY) {
    const line = {
      msg: 'Florin is ready',
      ...urls,
      grpc: grpcAddress,
      database,
      authentication,
      ...(authentication === 'off' ? { notice: OPEN_NOTICE } : {}),
      pid: process.pid,
    }
    process.stdout.write(`${JSON.stringify(line)}\n`)
    return
  }
  const bold = (text: string): string => styleText('bold', text)
  process.stdout.write(
    [
      '',
      `  ${bold('Florin is ready')}`,
      '',
      `  REST API   ${urls.api}`,
      `  gRPC       ${grpcAddress ?? 'off'}${isTls ? ', TLS' : ''}`,
      `  Reference  ${urls.docs}`,
      `  Health     ${urls.health}`,
      `  Database   ${describe(database)}`,
      '',
      ...(authentication === 'off' ? [`  ${styleText('yellow', `Notice: ${OPEN_NOTICE}`)}`, ''] : []),
      '',
    ].join('\n'),
  )
}

const foundWords = {
  created: 'a new one',
  clean: 'as it was left',
  recovered: 'recovered after it had not been stopped properly',
  running: 'running already',
}

function describe({ kind, version, found, place }: DatabaseInfo): string {
  return kind === 'external' || found === null
    ? `PostgreSQL ${version} at ${place}`
    : `embedded PostgreSQL ${version} in ${resolve(place)}, ${foundWords[found]}`
}
