import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { it } from 'node:test'
import { isFree, pickPort } from './port.ts'

it('keeps a remembered port that is free, and takes another for one that is not', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  assert.equal(await isFree(port), false)
  const picked = await pickPort(port)
  assert.ok(picked >= 20_000 && picked <= 29_999)
  assert.equal(await pickPort(picked), picked)
  await new Promise((resolve) => other.close(resolve))
})
