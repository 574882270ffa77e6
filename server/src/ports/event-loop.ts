/** Tells how late this process is. */
export interface EventLoop {
  /** By how much what was due came late, on average since the last call, in milliseconds. */
  delayMs(): number
}
