#!/usr/bin/env node
// The way in. Plain JavaScript, so that a Node which cannot run TypeScript still says what it needs.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
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
