// grpc.health.v1: whether the store takes commands, for the whole server ('') and each service.
import type { Server } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import type { Florin } from '#app/florin.ts'

/** How often the store's health is looked at. A look costs nothing: the store knows it already. */
const LOOK_EVERY_MS = 250

/** Adds the health service; returns what says that nothing is served any more. */
export function serveHealth(
  server: Server,
  health: Florin['health'],
  services: readonly string[],
): () => void {
  const names = ['', ...services]
  const implementation = new HealthImplementation()
  let shown: 'SERVING' | 'NOT_SERVING' | null = null

  function show(status: 'SERVING' | 'NOT_SERVING'): void {
    if (status === shown) return
    shown = status
    for (const name of names) implementation.setStatus(name, status)
  }

  const look = (): void => show(health.problem() === null ? 'SERVING' : 'NOT_SERVING')
  look()
  implementation.addToServer(server)
  const timer = setInterval(look, LOOK_EVERY_MS).unref()
  return () => {
    clearInterval(timer)
    show('NOT_SERVING')
  }
}
