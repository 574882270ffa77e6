// The embedded PostgreSQL against the real thing: real servers, really killed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { processStart } from '#adapters/store-embedded/processes.ts'
import { startEmbeddedPostgres } from '#adapters/store-embedded/server.ts'
import type { AppError } from '#core/errors.ts'
import {
  eventually,
  isRoot,
  makeScratch,
  needsUnix,
  nobody,
  postmasterPid,
  query,
  quiet,
  recordingLog,
  runFlorin,
  start,
} from './embedded-postgres-harness.ts'

const scratch = makeScratch()
after(() => rmSync(scratch, { recursive: true, force: true }))

describe('the embedded PostgreSQL', { skip: needsUnix }, () => {
  it('is made at the first start, is clean at the second, and keeps what was committed', async () => {
    const dataDir = join(scratch, 'twice')
    const first = await start(dataDir)
    assert.equal(first.found, 'created')
    assert.match(first.version, /^18\./)
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS n')
    await first.stop()
    const second = await start(dataDir)
    assert.equal(second.found, 'clean')
    assert.equal(second.url, first.url, 'port and password stay')
    assert.deepEqual(await query(second.url, 'SELECT n FROM kept'), [{ n: 42 }])
    await second.stop()
    assert.ok(!existsSync(join(dataDir, 'postgres.lock')))
  })

  it('is durable, local, with a password, and in a session of its own', async () => {
    const dataDir = join(scratch, 'durable')
    const running = await start(dataDir)
    try {
      const settings = await query(
        running.url,
        `SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) AS s FROM pg_settings WHERE name IN
           ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'data_checksums', 'unix_socket_directories')`,
      )
      assert.equal(
        settings[0]!.s,
        'data_checksums=on fsync=on full_page_writes=on listen_addresses=127.0.0.1 synchronous_commit=on unix_socket_directories=',
      )
      assert.deepEqual(await query(running.url, "SELECT lower('Ä') AS l, 'Z' < 'a' AS bytewise"), [
        { l: 'ä', bytewise: true },
      ])
      assert.equal(statSync(join(dataDir, 'postgres.json')).mode & 0o777, 0o600)
      const password = new URL(running.url).password
      assert.equal(Buffer.from(password, 'base64url').length, 32)
      await assert.rejects(query(running.url.replace(password, 'wrong'), 'SELECT 1'), { code: '28P01' })
      if (process.platform === 'linux') {
        const session = readFileSync(`/proc/${postmasterPid(dataDir)}/stat`, 'utf8')
          .split(') ')[1]!
          .split(' ')[3]
        assert.equal(session, String(postmasterPid(dataDir)))
      }
    } finally {
      await running.stop()
    }
  })

  it('runs for several folders at once', async () => {
    const both = await Promise.all([start(join(scratch, 'one')), start(join(scratch, 'two'))])
    try {
      assert.notEqual(new URL(both[0].url).port, new URL(both[1].url).port)
      for (const { url } of both) assert.deepEqual(await query(url, 'SELECT 1 AS n'), [{ n: 1 }])
    } finally {
      await Promise.all(both.map(({ stop }) => stop()))
    }
  })

  it('takes another port when the remembered one is in use', async () => {
    const dataDir = join(scratch, 'port')
    const first = await start(dataDir)
    await first.stop()
    const port = Number(new URL(first.url).port)
    const thief = createServer()
    await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve))
    const second = await start(dataDir)
    assert.notEqual(Number(new URL(second.url).port), port)
    await second.stop()
    thief.close()
  })
})

describe('a second Florin on the same folder', { skip: needsUnix }, () => {
  it('is refused with the pid and the folder, unless it joins; a joined one leaves the server running', async () => {
    const dataDir = join(scratch, 'shared')
    const owner = await start(dataDir)
    try {
      await assert.rejects(start(dataDir), (error: AppError) => {
        assert.equal(error.kind, 'conflict')
        assert.ok(
          error.message.includes(String(process.pid)) && error.message.includes(dataDir),
          error.message,
        )
        return true
      })
      const other = await runFlorin({ dataDir, mode: 'join' })
      assert.deepEqual([other.found, other.url], ['running', owner.url])
      await other.terminate()
      assert.deepEqual(await query(owner.url, 'SELECT 1 AS n'), [{ n: 1 }])
    } finally {
      await owner.stop()
    }
  })

  it('is refused too when many start at once after a crash', async () => {
    const dataDir = join(scratch, 'rush')
    await (await runFlorin({ dataDir })).kill()
    const runs = await Promise.allSettled(Array.from({ length: 5 }, () => runFlorin({ dataDir })))
    const up = runs.filter((run) => run.status === 'fulfilled').map((run) => run.value)
    assert.equal(up.length, 1)
    for (const run of runs) if (run.status === 'rejected') assert.match(String(run.reason), /another Florin/)
    assert.deepEqual(await query(up[0]!.url, 'SELECT 1 AS n'), [{ n: 1 }])
    await up[0]!.terminate()
  })

  it('owns the server when it would join and nobody runs one', async () => {
    const dataDir = join(scratch, 'shared')
    const alone = await startEmbeddedPostgres({ dataDir, log: quiet, join: true })
    assert.equal(alone.found, 'clean')
    await alone.stop()
    await assert.rejects(query(alone.url, 'SELECT 1'), { code: 'ECONNREFUSED' })
  })
})

describe('after kill -9', { skip: needsUnix }, () => {
  it('of Florin: the next start stops the orphan and goes on', async () => {
    const dataDir = join(scratch, 'orphan')
    const florin = await runFlorin({ dataDir })
    await query(florin.url, 'CREATE TABLE kept AS SELECT 1 AS n')
    const orphan = postmasterPid(dataDir)
    await florin.kill()
    assert.ok(processStart(orphan) !== undefined)
    const next = await start(dataDir)
    assert.ok(processStart(orphan) === undefined)
    assert.equal(next.found, 'clean', 'the orphan was stopped with a checkpoint')
    assert.deepEqual(await query(next.url, 'SELECT n FROM kept'), [{ n: 1 }])
    await next.stop()
  })

  it('of Florin and PostgreSQL: the next start recovers', async () => {
    const dataDir = join(scratch, 'both')
    const florin = await runFlorin({ dataDir })
    await query(florin.url, 'CREATE TABLE kept AS SELECT 1 AS n')
    await florin.kill()
    process.kill(postmasterPid(dataDir), 'SIGKILL')
    const next = await start(dataDir)
    assert.equal(next.found, 'recovered')
    assert.deepEqual(await query(next.url, 'SELECT n FROM kept'), [{ n: 1 }])
    await next.stop()
  })

  it('of PostgreSQL: Florin starts it again on the same port, also when a busy backend outlives it', async () => {
    const dataDir = join(scratch, 'server')
    const log = recordingLog()
    const running = await startEmbeddedPostgres({ dataDir, log })
    await query(running.url, 'CREATE TABLE kept AS SELECT 1 AS n')
    const busy = query(running.url, 'SELECT count(*) FROM generate_series(1, 10000000000)').catch(() => 'cut')
    await sleep(200)
    const before = postmasterPid(dataDir)
    process.kill(before, 'SIGKILL')
    assert.deepEqual(await eventually(() => query(running.url, 'SELECT n FROM kept')), [{ n: 1 }])
    assert.equal(await busy, 'cut')
    assert.notEqual(postmasterPid(dataDir), before)
    assert.ok(
      log.lines.some((line) => line.includes('ended by itself')),
      log.lines.join('\n'),
    )
    await running.stop()
  })

  it('of one backend: PostgreSQL recovers by itself', async () => {
    const dataDir = join(scratch, 'server')
    const log = recordingLog()
    const running = await startEmbeddedPostgres({ dataDir, log })
    const before = postmasterPid(dataDir)
    const victim = new Client({ connectionString: running.url })
    victim.on('error', () => {})
    await victim.connect()
    const { rows } = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    process.kill(rows[0]!.pid, 'SIGKILL')
    await eventually(() => query(running.url, 'SELECT n FROM kept'))
    assert.equal(postmasterPid(dataDir), before)
    await eventually(async () => assert.ok(log.lines.some((line) => line.includes('recovered by itself'))))
    await running.stop()
  })

  it('stop() during a restart ends it', async () => {
    const dataDir = join(scratch, 'server')
    const running = await start(dataDir)
    process.kill(postmasterPid(dataDir), 'SIGKILL')
    await sleep(30)
    await running.stop()
    await assert.rejects(query(running.url, 'SELECT 1'), { code: 'ECONNREFUSED' })
  })
})

describe('what it finds in the folder', { skip: needsUnix }, () => {
  it('is not misled by a pid that something else has by now', async () => {
    const dataDir = join(scratch, 'reused')
    await (await start(dataDir)).stop()
    // As the user of the server: PostgreSQL itself takes only a process of its own user for another server.
    const { uid, gid } = statSync(join(dataDir, 'postgres'))
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore', uid, gid })
    try {
      const stale = `${sleeper.pid}\n${dataDir}\n1700000000\n20000\n\n127.0.0.1\n  1234 5\nready   \n`
      writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), stale)
      writeFileSync(
        join(dataDir, 'postgres.lock'),
        JSON.stringify({ pid: sleeper.pid, startedAt: '1', machine: 'x' }),
      )
      const next = await start(dataDir)
      await next.stop()
      assert.ok(processStart(sleeper.pid!) !== undefined)
    } finally {
      sleeper.kill()
    }
  })

  it('refuses data of another major version', async () => {
    const dataDir = join(scratch, 'old')
    mkdirSync(join(dataDir, 'postgres'), { recursive: true })
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
    if (isRoot) chownSync(join(dataDir, 'postgres'), nobody.uid, nobody.gid)
    await assert.rejects(start(dataDir), (error: AppError) => {
      assert.equal(error.kind, 'conflict')
      assert.match(error.message, /PostgreSQL 17.*PostgreSQL 18/)
      return true
    })
    assert.ok(!existsSync(join(dataDir, 'postgres.lock')), 'a failed start gives the lock back')
  })

  it('makes a new cluster when an earlier initdb was cut off', async () => {
    const dataDir = join(scratch, 'half')
    mkdirSync(join(dataDir, 'postgres.new', 'cluster', 'base'), { recursive: true })
    const running = await start(dataDir)
    assert.equal(running.found, 'created')
    await running.stop()
    assert.ok(!existsSync(join(dataDir, 'postgres.new')))
  })

  it('says what is wrong with a configuration that does not start', async () => {
    const dataDir = join(scratch, 'half')
    writeFileSync(join(dataDir, 'postgres', 'postgresql.conf'), 'max_connections = many\n')
    await assert.rejects(start(dataDir), (error: AppError) => {
      assert.equal(error.kind, 'unavailable')
      assert.match(error.message, /max_connections/)
      return true
    })
  })

  it('does not make a database over files that are none', async () => {
    const dataDir = join(scratch, 'strange')
    mkdirSync(join(dataDir, 'postgres'), { recursive: true })
    writeFileSync(join(dataDir, 'postgres', 'mine.txt'), '')
    await assert.rejects(start(dataDir), (error: AppError) => {
      assert.equal(error.kind, 'conflict')
      return true
    })
    assert.ok(existsSync(join(dataDir, 'postgres', 'mine.txt')))
  })

  it('says which folder cannot be used', async () => {
    writeFileSync(join(scratch, 'file'), '')
    for (const dataDir of [join(scratch, 'file', '.florin'), '/proc/florin', '/dev/null']) {
      await assert.rejects(start(dataDir), (error: AppError) => {
        assert.equal(error.kind, 'forbidden')
        return true
      })
    }
  })
})
