import assert from 'node:assert/strict'
import { it } from 'node:test'
import { judge, type PidVerdict } from './leftovers.ts'

const cases: { args: string[] | undefined; verdict: PidVerdict }[] = [
  { args: undefined, verdict: 'unrelated' },
  { args: ['/a/bin/postgres', '-D', '/x', '-c', 'cluster_name=florin-1-2'], verdict: 'ours' },
  { args: ['postgres:', 'florin-1-2:', 'checkpointer'], verdict: 'ours' },
  { args: ['/a/bin/postgres', '-D', '/y', '-c', 'cluster_name=florin-1-22'], verdict: 'unrelated' },
  { args: ['/usr/lib/postgresql/18/bin/postgres', '-D', '/x'], verdict: 'foreign' },
  { args: ['C:\\pg\\bin\\postgres.exe', '-D', 'x'], verdict: 'foreign' },
  { args: ['node', 'florin-1-2'], verdict: 'unrelated' },
  { args: ['vim', 'postgres'], verdict: 'unrelated' },
]

for (const { args, verdict } of cases) {
  it(`judges ${args?.join(' ') ?? 'no process'} as ${verdict}`, () => {
    assert.equal(judge(args && { pid: 7, args }, 'florin-1-2'), verdict)
  })
}
