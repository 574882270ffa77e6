import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isAlive, listProcesses, parsePs, processStart } from './processes.ts'

it('reads the output of ps', () => {
  assert.deepEqual(parsePs('  7 /usr/bin/node a.ts\n 12 postgres: florin-1-2: checkpointer \n\n'), [
    { pid: 7, args: ['/usr/bin/node', 'a.ts'] },
    { pid: 12, args: ['postgres:', 'florin-1-2:', 'checkpointer'] },
  ])
})

it('knows this process, and tells it from one that is not', { skip: process.platform === 'win32' }, () => {
  assert.ok(isAlive(process.pid))
  assert.ok(processStart(process.pid))
  assert.equal(processStart(process.pid), processStart(process.pid))
  assert.equal(processStart(2 ** 30), undefined)
  const me = listProcesses().find(({ pid }) => pid === process.pid)
  assert.ok(me?.args.some((arg) => arg.includes('node')))
})
