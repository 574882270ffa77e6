import assert from 'node:assert/strict'
import test from 'node:test'
import { missingOptionals } from './lockfile.ts'

test('an optional package counts as there at the top or inside its owner', () => {
  const owner = {
    dev: true,
    optionalDependencies: { 'a-linux-x64': '1.0.0', 'a-darwin-x64': '1.0.0', 'a-win32-x64': '1.0.0' },
  }
  const packages = {
    'node_modules/a': owner,
    'node_modules/a-linux-x64': {},
    'node_modules/a/node_modules/a-darwin-x64': {},
  }
  assert.deepEqual(missingOptionals({ packages }), [{ name: 'a-win32-x64', version: '1.0.0', dev: true }])
})
