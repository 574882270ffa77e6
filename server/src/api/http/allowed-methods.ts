// Which methods a path has: Fastify answers 404 for a wrong method, where 405 with Allow helps more.
import type { FastifyInstance } from 'fastify'

/** Knows every path that has been added since it was made. */
export interface PathBook {
  /** The methods of a concrete path, sorted; none for a path that no route matches. */
  methodsOf(path: string): string[]
}

/** Makes the book. Only wrong requests look into it, so comparing with each of the few dozen patterns is fine. */
export function createPathBook(app: FastifyInstance): PathBook {
  const routes: { readonly segments: readonly string[]; readonly methods: readonly string[] }[] = []

  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: url.split('/'), methods: [method].flat() })
  })

  return {
    methodsOf(path) {
      const segments = path.split('/')
      const methods = routes
        .filter((route) => matches(route.segments, segments))
        .flatMap((route) => route.methods)
      return [...new Set(methods)].sort()
    },
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, i) => (part.startsWith(':') ? path[i] !== '' : part === path[i]))
  )
}
