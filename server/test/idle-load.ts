import { createLoad } from '#app/load.ts'

/** The load of a process that is never late. */
export const idleLoad = createLoad({ delayMs: () => 0 })
