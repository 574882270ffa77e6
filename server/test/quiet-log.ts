import type { Log } from '#ports/log.ts'

/** A log that nobody reads. Set FLORIN_TEST_LOG to see it. */
export const quietLog: Log =
  process.env.FLORIN_TEST_LOG === undefined
    ? { debug() {}, info() {}, warn() {}, error() {} }
    : {
        debug: (fields, message) => console.log('debug', message, fields),
        info: (fields, message) => console.log('info', message, fields),
        warn: (fields, message) => console.log('warn', message, fields),
        error: (fields, message) => console.log('error', message, fields),
      }
