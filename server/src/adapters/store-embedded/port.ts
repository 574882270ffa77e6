// Picks the TCP port. Below the ephemeral range on purpose: there an outgoing connection could take the port while the server
// restarts, or a client that tries again and again could connect to itself.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { AppError } from '#core/errors.ts'

const portMin = 20_000
const portMax = 29_999
const portTriesMax = 50

/** A free port on 127.0.0.1: the remembered one, else a random one from 20000 to 29999. */
export async function pickPort(remembered: number | undefined): Promise<number> {
  if (remembered !== undefined && (await isFree(remembered))) return remembered
  for (let tries = 0; tries < portTriesMax; tries++) {
    const port = randomInt(portMin, portMax + 1)
    if (await isFree(port)) return port
  }
  throw new AppError(
    'unavailable',
    `no free TCP port for PostgreSQL on 127.0.0.1 between ${portMin} and ${portMax}`,
  )
}

/** Whether nobody listens on this port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
