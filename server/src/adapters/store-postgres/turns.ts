// Batches take turns at the one connection that writes, first come, first served. A turn ends early, when all of its
// batch is sent: then the server loads the next batch right behind the commit, and nobody waits for anybody's answer.

/** A batch's turn at the connection. */
export interface Turn {
  /** Whether the commit that this turn's statements stand behind succeeded; true when there is none. */
  readonly before: Promise<boolean>
  /** The commit has been sent: the next batch may have its turn. */
  pass(): void
  /** What became of the batch is known. */
  end(result: { readonly committed: boolean }): void
}

/** Gives turns. */
export interface Turns {
  /** Queues at once, and resolves when it is this batch's turn. */
  take(): Promise<Turn>
}

/** Makes the turns of one connection. */
export function createTurns(): Turns {
  let last = { passed: Promise.resolve(), before: Promise.resolve(true) }
  return {
    async take() {
      const passed = Promise.withResolvers<void>()
      const succeeded = Promise.withResolvers<boolean>()
      const { before, passed: free } = last
      last = { passed: passed.promise, before: succeeded.promise }
      let isSent = false
      await free
      return {
        before,
        pass() {
          isSent = true
          passed.resolve()
        },
        end({ committed }) {
          succeeded.resolve(committed || !isSent)
          passed.resolve()
        },
      }
    },
  }
}
