import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { takeLock } from './lock.ts'

const dir = mkdtempSync(join(tmpdir(), 'florin-lock-'))
after(() => rmSync(dir, { recursive: true, force: true }))

it('is held by one, and free after its release', async () => {
  const path = join(dir, 'one')
  const first = await takeLock(path)
  assert.ok(first.kind === 'taken')
  const second = await takeLock(path)
  assert.ok(second.kind === 'held')
  assert.equal(second.owner.pid, process.pid)
  first.release()
  assert.ok(!existsSync(path))
  const third = await takeLock(path)
  assert.ok(third.kind === 'taken')
  third.release()
})

it('is given to exactly one of many that take over from a dead owner', async () => {
  const path = join(dir, 'many')
  const mine = await takeLock(path)
  assert.ok(mine.kind === 'taken')
  const owner = JSON.parse(readFileSync(path, 'utf8')) as object
  mine.release()
  writeFileSync(path, JSON.stringify({ ...owner, startedAt: 'an earlier life of this pid' }))
  const attempts = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)))
  const taken = attempts.filter((attempt) => attempt.kind === 'taken')
  assert.equal(taken.length, 1)
  taken[0]!.release()
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.startsWith('many')),
    [],
    'no drafts stay behind',
  )
})

it('is taken over when it is no lock at all', async () => {
  const path = join(dir, 'broken')
  writeFileSync(path, '{"pid":')
  const attempt = await takeLock(path)
  assert.ok(attempt.kind === 'taken')
  attempt.release()
})

it('of another container is respected while its heartbeat goes on, and taken over 5 s after', async () => {
  const path = join(dir, 'elsewhere')
  writeFileSync(path, JSON.stringify({ pid: 1, startedAt: '1', machine: 'another container' }))
  const heart = setInterval(() => utimesSync(path, new Date(), new Date()), 1_000)
  const held = await takeLock(path)
  assert.ok(held.kind === 'held')
  assert.equal(held.owner.machine, 'another container')
  clearInterval(heart)
  const attempt = await takeLock(path)
  assert.ok(attempt.kind === 'taken')
  attempt.release()
})
