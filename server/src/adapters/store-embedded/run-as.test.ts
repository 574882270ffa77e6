import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parsePasswd } from './run-as.ts'

it('finds a user in /etc/passwd, and never root', () => {
  const text = 'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/sh\n# a comment\n'
  assert.deepEqual(parsePasswd(text, 'postgres'), { uid: 101, gid: 104 })
  assert.equal(parsePasswd(text, 'root'), undefined)
  assert.equal(parsePasswd(text, 'nobody'), undefined)
  assert.equal(parsePasswd('', 'postgres'), undefined)
})
