import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const moduleUrl = new URL('./run-until-stopped.ts', import.meta.url).href
const skip = process.platform === 'win32' ? 'needs signals' : false

/** Runs a process that says "up" and then what it logs; `body` is the code of start. */
async function run(body: string, during: (kill: (signal: NodeJS.Signals) => void) => Promise<void>) {
  const code = `
    const { runUntilStopped } = await import(${JSON.stringify(moduleUrl)})
    const say = (fields, message) => console.log(message)
    const log = { debug: say, info: say, warn: say, error: say }
    const start = async (fail) => { setInterval(() => {}, 1000); setTimeout(() => console.log('up')); ${body} }
    process.exit(await runUntilStopped({ start, log, stopTimeoutMs: 1500 }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  let said = ''
  const { promise: up, resolve } = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.includes('up')) resolve()
  })
  await up
  await during((signal) => child.kill(signal))
  return { exitCode: await exited, said }
}

const closes = `return { close: async () => console.log('closed') }`
const hangs = `return { close: () => new Promise(() => {}) }`

test('a signal closes, and is no failure', { skip }, async () => {
  const { exitCode, said } = await run(closes, async (kill) => kill('SIGTERM'))
  assert.equal(exitCode, 0)
  assert.match(said, /stopping.*closed\nstopped/s)
})

test('two signals at once are one', { skip }, async () => {
  const { exitCode, said } = await run(
    `return { close: async () => { await new Promise((r) => setTimeout(r, 200)); console.log('closed') } }`,
    async (kill) => {
      kill('SIGINT')
      await sleep(50)
      kill('SIGINT')
    },
  )
  assert.equal(exitCode, 0)
  assert.match(said, /closed/)
})

test('a second signal later ends at once', { skip }, async () => {
  const { exitCode, said } = await run(hangs, async (kill) => {
    kill('SIGINT')
    await sleep(700)
    kill('SIGINT')
  })
  assert.equal(exitCode, 1)
  assert.match(said, /stopped at once/)
})

test('a stop that takes too long is ended', { skip }, async () => {
  const { exitCode, said } = await run(hangs, async (kill) => kill('SIGTERM'))
  assert.equal(exitCode, 1)
  assert.match(said, /not stopped in time/)
})

for (const [name, body] of [
  ['a rejection that nothing handles', `setTimeout(() => Promise.reject(new Error('x')), 50); ${closes}`],
  ['an exception that nothing catches', `setTimeout(() => { throw new Error('x') }, 50); ${closes}`],
  ['a part that gives up', `setTimeout(() => fail(new Error('x')), 50); ${closes}`],
] as const) {
  test(`${name} closes and fails`, async () => {
    const { exitCode, said } = await run(body, async () => {})
    assert.equal(exitCode, 1)
    assert.match(said, /nothing handled\n(.*\n)*closed/)
  })
}
