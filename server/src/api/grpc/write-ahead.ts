// How streams are written. grpc-js takes the next message when the one before has left for the socket, so each costs a
// system call and a turn of the event loop. Here some may be on their way, and they leave together.
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'

/** Messages of a stream that may be on their way to the socket, so that a client that does not read holds few up. */
export const UNSENT_MAX = 64

/** Lets the messages of a stream leave together. */
export const writeAhead: ServerInterceptor = ({ responseStream }, call) =>
  responseStream ? new WriteAhead(call) : new ServerInterceptingCall(call)

/** A call that takes more messages than have left. */
class WriteAhead extends ServerInterceptingCall {
  #unsent = 0
  /** Asks for the next message, as soon as one has left. */
  #askForNext: (() => void) | null = null

  override sendMessage(message: unknown, askForNext: () => void): void {
    this.#unsent += 1
    super.sendMessage(message, () => this.#onSent())
    if (this.#unsent < UNSENT_MAX) askForNext()
    else this.#askForNext = askForNext
  }

  #onSent(): void {
    this.#unsent -= 1
    const ask = this.#askForNext
    this.#askForNext = null
    ask?.()
  }
}
