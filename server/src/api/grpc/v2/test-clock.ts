import { Advance, toTestClock } from '../../http/v2/test-clock.ts'
import { parseMessage } from '../../http/validation.ts'
import { answered, unary, type Edge, type Handlers } from '../calls.ts'

/** florin.v2.TestClockService */
export function createTestClockService(edge: Edge): Handlers {
  return {
    GetTestClock: unary(edge, async (_, { florin }) =>
      answered({ test_clock: toTestClock(florin.testClock.read()) }),
    ),

    AdvanceTestClock: unary(edge, async (fields, { florin }) => {
      const reading = await florin.testClock.advance(parseMessage(Advance, fields))
      return answered({ test_clock: toTestClock(reading) })
    }),
  }
}
