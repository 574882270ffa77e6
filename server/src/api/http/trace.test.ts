import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { traceOf } from './trace.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const MADE = /^00-([0-9a-f]{32})-[0-9a-f]{16}-00$/

describe('a traceparent', () => {
  const good = [`00-${TRACE}-${SPAN}-01`, `01-${TRACE}-${SPAN}-01`, `cc-${TRACE}-${SPAN}-01-what-comes-later`]
  for (const given of good) {
    it(`goes on with ${given}, in a span of its own`, () => {
      const { traceId, traceparent } = traceOf(given)
      assert.equal(traceId, TRACE)
      assert.match(traceparent, new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-01$`))
    })
  }

  const bad: unknown[] = [
    undefined,
    '',
    [`00-${TRACE}-${SPAN}-01`],
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-0`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `01-${TRACE}-${SPAN}-01more`,
    `00-${TRACE}-${SPAN}-01\n`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  ]
  for (const given of bad) {
    it(`is made anew for ${JSON.stringify(given)}`, () => {
      const { traceId, traceparent } = traceOf(given)
      assert.equal(MADE.exec(traceparent)?.[1], traceId)
      assert.notEqual(traceId, TRACE)
    })
  }
})
