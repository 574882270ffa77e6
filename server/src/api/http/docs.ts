// The reference at /docs: Scalar's page and script from our own address, so that it loads without a network.
import { createHash } from 'node:crypto'
import helmet from '@fastify/helmet'
import scalar from '@scalar/fastify-api-reference'
import fastify, { type FastifyInstance } from 'fastify'
import { DOCS_PATH } from './health.ts'
import { OPENAPI_PATH } from './openapi.ts'

const SCRIPT_PATH = `${DOCS_PATH}/scalar.js`

/**
 * Adds /docs. Scalar's plugin is asked for its page and script once, in an instance of its own; so they can be served
 * with an ETag, and the page's one inline script can be allowed by its hash.
 */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  const { page, script } = await renderReference()
  const inline = /<script type="text\/javascript">([^]*?)<\/script>/.exec(page)?.[1] ?? ''
  await app.register(helmet, {
    global: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", `'sha256-${sha256(inline)}'`],
        // Scalar puts its styles into the page when it runs.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Florin speaks plain HTTP; whoever adds TLS in front decides about HSTS.
    strictTransportSecurity: false,
  })
  serve(app, DOCS_PATH, { body: Buffer.from(page), type: 'text/html; charset=utf-8' })
  serve(app, SCRIPT_PATH, { body: script, type: 'text/javascript; charset=utf-8' })
}

function serve(
  app: FastifyInstance,
  path: string,
  file: { readonly body: Buffer; readonly type: string },
): void {
  const etag = `"${sha256(file.body)}"`
  app.get(path, { schema: { hide: true } }, (request, reply) => {
    void reply.header('cache-control', 'no-cache').header('etag', etag).type(file.type)
    return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(file.body)
  })
}

async function renderReference(): Promise<{ page: string; script: Buffer }> {
  const renderer = fastify()
  await renderer.register(scalar, {
    routePrefix: '/',
    configuration: {
      pageTitle: 'Florin API',
      url: OPENAPI_PATH,
      cdn: SCRIPT_PATH,
      // Whatever would call somebody else's server is off.
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: 'never',
    },
  })
  const [page, script] = await Promise.all([renderer.inject('/'), renderer.inject('/js/scalar.js')])
  await renderer.close()
  return { page: page.body, script: script.rawPayload }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64')
}
