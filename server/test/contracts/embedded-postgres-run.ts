// A process that runs the embedded PostgreSQL as `serve` does, for tests that kill it. Prints one JSON line when it is up,
// and stops properly on SIGTERM. Arguments: data folder, `join` or `own`, optional folder for copied programs.
import { startEmbeddedPostgres } from '#adapters/store-embedded/server.ts'

const [dataDir, mode, programsDir] = process.argv.slice(2)
const say = (level: string) => (fields: object, message: string) => {
  console.error(level, message, JSON.stringify(fields))
}
const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
try {
  const { url, found, version, stop } = await startEmbeddedPostgres({
    dataDir: dataDir!,
    log,
    join: mode === 'join',
    ...(programsDir ? { programsDir } : {}),
  })
  const alive = setInterval(() => {}, 60_000)
  process.once('SIGTERM', () => {
    void stop().then(() => clearInterval(alive))
  })
  console.log(JSON.stringify({ url, found, version }))
} catch (error) {
  console.log(JSON.stringify({ error: String(error), kind: (error as { kind?: string }).kind }))
  process.exitCode = 1
}
