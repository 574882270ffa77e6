import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { boundLog, lastWords, logSize, openLog } from './log-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'florin-log-'))
after(() => rmSync(dir, { recursive: true, force: true }))

it('keeps the log below its size while a server goes on writing to it', () => {
  const path = join(dir, 'a.log')
  const fd = openLog(path)
  writeSync(fd, 'x'.repeat(100))
  boundLog(path, 100)
  assert.equal(logSize(path), 100)
  writeSync(fd, 'y')
  boundLog(path, 100)
  writeSync(fd, 'after')
  closeSync(fd)
  assert.equal(readFileSync(path, 'utf8'), 'after')
  assert.equal(readFileSync(`${path}.1`, 'utf8'), `${'x'.repeat(100)}y`)
})

it('says what the server said last', () => {
  const path = join(dir, 'b.log')
  writeFileSync(
    path,
    'earlier\n2026-11-21 12:03:07.604 UTC [5856] FATAL:  no such thing\n2026-11-21 12:03:07.604 UTC [5856] HINT:  look\n',
  )
  assert.equal(lastWords(path, 'earlier\n'.length), 'FATAL:  no such thing | HINT:  look')
})
