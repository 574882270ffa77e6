/** A PostgreSQL server of a test's own, which nobody looks after: the test stops it, kills it and starts it again. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinaries } from '#adapters/store-embedded/binaries.ts'
import { createCluster, markerOf, prepareCluster } from '#adapters/store-embedded/cluster.ts'
import { connectionUrl, ensureDatabase } from '#adapters/store-embedded/database.ts'
import { layoutOf } from '#adapters/store-embedded/layout.ts'
import { clearLeftovers } from '#adapters/store-embedded/leftovers.ts'
import { pickPort } from '#adapters/store-embedded/port.ts'
import { signalServer, startPostmaster, type Postmaster } from '#adapters/store-embedded/postmaster.ts'
import { chooseRunAs } from '#adapters/store-embedded/run-as.ts'
import { quietLog } from './quiet-log.ts'

/** The server, running until `stop` or `remove`. */
export interface MortalPostgres {
  readonly url: string
  /** SIGINT: in order. SIGQUIT: at once, sessions are told. SIGKILL: as a crash. Resolves when it is gone. */
  stop(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>
  /** Starts it again on the same data and port; resolves when it accepts connections. */
  start(): Promise<void>
  remove(): Promise<void>
}

/** Makes a server on a new cluster: fsync on, as the embedded one. */
export async function createMortalPostgres(): Promise<MortalPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'florin-mortal-'))
  await chmod(dataDir, 0o755) // As root, PostgreSQL runs as another user.
  const layout = layoutOf(dataDir)
  const runAs = chooseRunAs(layout.clusterDir)
  const binaries = await findBinaries({ runAs, dataDir, copyDir: undefined, log: quietLog })
  await createCluster(layout, { binaries, runAs, password: PASSWORD })
  prepareCluster(layout, runAs)
  const base = { layout, binaries, runAs, marker: markerOf(layout), log: quietLog }
  const port = await pickPort(undefined)
  const url = connectionUrl({ password: PASSWORD, port })
  let postmaster: Postmaster | null = null

  async function start(): Promise<void> {
    await clearLeftovers(base)
    postmaster = await startPostmaster({ ...base, port, abort: new AbortController().signal })
    await ensureDatabase(url)
  }

  async function stop(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    if (postmaster === null) return
    const waiting = setInterval(() => undefined, 1_000) // The server's process alone does not keep this one running.
    signalServer(postmaster.pid, signal, binaries)
    await postmaster.exited
    clearInterval(waiting)
    postmaster = null
  }

  await start()
  return {
    url,
    start,
    stop,
    async remove() {
      await stop('SIGQUIT')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** It listens on 127.0.0.1 and lives for a test. */
const PASSWORD = 'mortal'
