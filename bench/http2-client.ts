// As much of HTTP/2 (RFC 9113) as a client of gRPC needs on one connection, over a plain socket: node:http2 would cost the
// client more than the call costs the server.
import { connect } from 'node:net'

/** One connection. */
export interface Http2Client {
  /** Opens a stream; `onData` gets what comes, `onEnd` whether it ended after an answer. */
  open(path: string, on: StreamEvents): Http2Stream
  close(): void
}

/** What happens on a stream. */
interface StreamEvents {
  readonly onData: (bytes: Buffer) => void
  readonly onEnd: (error: Error | null) => void
}

/** One call. */
interface Http2Stream {
  send(bytes: Buffer, end: boolean): void
}

const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, window: 8 } as const
const END_STREAM = 1
const ACK = 1
const END_HEADERS = 4
/** The window that each side has at first (RFC 9113, section 6.9.2). */
const FIRST_WINDOW = 65_535
const LARGEST_WINDOW = 2 ** 31 - 1
const INITIAL_WINDOW_SIZE = 4

/** Connects to a server on this machine. */
export function connectHttp2(port: number): Http2Client {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const streams = new Map<number, StreamEvents & { window: number }>()
  const held: { readonly id: number; readonly bytes: Buffer; readonly end: boolean }[] = []
  let outgoing: Buffer[] = []
  let window = FIRST_WINDOW
  let streamWindow = FIRST_WINDOW
  let nextId = 1
  let rest = Buffer.alloc(0)

  /** What is written in one turn of the event loop goes out together. */
  function write(...buffers: Buffer[]): void {
    if (outgoing.length === 0) {
      setImmediate(() => {
        socket.write(Buffer.concat(outgoing))
        outgoing = []
      })
    }
    outgoing.push(...buffers)
  }

  function sendHeld(): void {
    for (;;) {
      const [first] = held
      const stream = first && streams.get(first.id)
      if (first === undefined || stream === undefined) return
      if (first.bytes.length > Math.min(window, stream.window)) return
      held.shift()
      window -= first.bytes.length
      stream.window -= first.bytes.length
      const head = frameHead(FRAME.data, first.end ? END_STREAM : 0, {
        id: first.id,
        length: first.bytes.length,
      })
      write(head, first.bytes)
    }
  }

  function receive(type: number, flags: number, { id, payload }: { id: number; payload: Buffer }): void {
    const stream = streams.get(id)
    switch (type) {
      case FRAME.data:
        return stream?.onData(payload)
      case FRAME.headers:
        if ((flags & END_STREAM) !== 0) {
          streams.delete(id)
          stream?.onEnd(null)
        }
        return
      case FRAME.settings:
        if ((flags & ACK) !== 0) return
        for (let at = 0; at < payload.length; at += 6) {
          if (payload.readUInt16BE(at) === INITIAL_WINDOW_SIZE) streamWindow = payload.readUInt32BE(at + 2)
        }
        return write(frameHead(FRAME.settings, ACK, { id: 0, length: 0 }))
      case FRAME.ping:
        if ((flags & ACK) === 0) write(frameHead(FRAME.ping, ACK, { id: 0, length: 8 }), payload)
        return
      case FRAME.window:
        if (id === 0) window += payload.readUInt32BE(0)
        else if (stream !== undefined) stream.window += payload.readUInt32BE(0)
        return sendHeld()
      case FRAME.reset:
      case FRAME.goaway:
        for (const open of id === 0 ? streams.values() : [stream]) {
          open?.onEnd(new Error(`the server sent frame ${type} ${payload.toString('hex')}`))
        }
    }
  }

  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (rest.length >= at + 9) {
      const end = at + 9 + rest.readUIntBE(at, 3)
      if (rest.length < end) break
      const id = rest.readUInt32BE(at + 5) & LARGEST_WINDOW
      receive(rest[at + 3] as number, rest[at + 4] as number, { id, payload: rest.subarray(at + 9, end) })
      at = end
    }
    rest = rest.subarray(at)
  })
  socket.on('error', (error) => {
    for (const { onEnd } of streams.values()) onEnd(error)
  })
  const settings = Buffer.alloc(6)
  settings.writeUInt16BE(INITIAL_WINDOW_SIZE, 0)
  settings.writeUInt32BE(LARGEST_WINDOW, 2)
  const increment = Buffer.alloc(4)
  increment.writeUInt32BE(LARGEST_WINDOW - FIRST_WINDOW)
  write(
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frameHead(FRAME.settings, 0, { id: 0, length: 6 }),
    settings,
    frameHead(FRAME.window, 0, { id: 0, length: 4 }),
    increment,
  )

  return {
    open(path, events) {
      const id = nextId
      nextId += 2
      streams.set(id, { ...events, window: streamWindow })
      const headers = headersOf(path)
      write(frameHead(FRAME.headers, END_HEADERS, { id, length: headers.length }), headers)
      return {
        send(bytes, end) {
          held.push({ id, bytes, end })
          sendHeld()
        },
      }
    },
    close: () => socket.destroy(),
  }
}

function frameHead(type: number, flags: number, { id, length }: { id: number; length: number }): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(id, 5)
  return head
}

const blocks = new Map<string, Buffer>()

/** HPACK (RFC 7541) without tables of its own: POST and http by index, the rest literally. */
function headersOf(path: string): Buffer {
  let block = blocks.get(path)
  if (block === undefined) {
    const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)])
    block = Buffer.concat([
      Buffer.from([0x83, 0x86, 0x04]),
      text(path),
      Buffer.from([0x01]),
      text('bench'),
      Buffer.from([0x0f, 0x10]),
      text('application/grpc'),
      Buffer.from([0x00]),
      text('te'),
      text('trailers'),
    ])
    blocks.set(path, block)
  }
  return block
}
