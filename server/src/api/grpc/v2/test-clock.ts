import { Advance, toTestClock } from '../../http/v2/test-clock.ts'
import { parseMessage } from '../../http/validation.ts'
import { answered, unary, type Edge, type Handlers } from '../calls.ts'

/** florin.v2.TestClockService */
export function createTestClockService(edge: Edge): Handlers {
  const { testClock } = edge.florin
  return {
    GetTestClock: unary(edge, async () => answered({ test_clock: toTestClock(testClock.read()) })),

    AdvanceTestClock: unary(edge, async (fields) => {
      const reading = await testClock.advance(parseMessage(Advance, fields))
      return answered({ test_clock: toTestClock(reading) })
    }),
  }
}
