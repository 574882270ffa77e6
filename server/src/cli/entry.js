#!/usr/bin/env node
// The way in. Plain JavaScript, so that a Node which cannot run TypeScript still says what it needs.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  // What Node compiled and stripped of types is kept for the next start, which takes half a second less.
  module.enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/florin', import.meta.url)))
  void import('./florin.ts')
} else {
  console.error(
    `florin: Node ${process.versions.node} cannot run Florin, which needs 22.18 or newer. ` +
      'npm brings one along: "npm start", or "npm run florin -- verify" for a command. ' +
      'If you did run it through npm, "npm ci" was without optional packages, or there is none for this machine: ' +
      'install Node 24.',
  )
  process.exitCode = 1
}
