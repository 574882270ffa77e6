// What HTTP alone costs on this machine: node:http, a JSON body parsed, a small answer, no database. No server of this
// runtime is faster, and no p99 better than what the machine's own hiccups make of it.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { httpLoad, type HttpLoad } from './http-load.ts'
import type { LoadResult } from './load.ts'

/** Puts the load on a bare server in this thread, where Florin's also runs. */
export async function measureCeiling(load: Omit<HttpLoad, 'port'>): Promise<LoadResult> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await httpLoad({ ...load, port: (server.address() as AddressInfo).port })
  } finally {
    server.close()
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    const transfer = JSON.parse(body) as object
    const text = JSON.stringify({ status: 'posted', ...transfer })
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': text.length }).end(text)
  })
}
