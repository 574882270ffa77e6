// The reference at /docs: Scalar's page and script from our own address, so that it loads without a network.
import { createHash } from 'node:crypto'
import helmet from '@fastify/helmet'
import fastify, { type FastifyInstance } from 'fastify'
import { DOCS_PATH } from './health.ts'
import { OPENAPI_PATH } from './openapi.ts'

const SCRIPT_PATH = `${DOCS_PATH}/scalar.js`

/**
 * Adds /docs. Scalar's plugin is asked for its page and script once, in an instance of its own; so they can be served
 * with an ETag, and the page's one inline script can be allowed by its hash. Not before somebody looks: it takes 25 MB.
 */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  let rendered: Promise<Reference> | undefined
  const reference = (): Promise<Reference> => (rendered ??= renderReference())
  let inlineHash = ''
  app.addHook('onRequest', async (_request, reply) => {
    // That of data would win over the page's, which helmet writes past Fastify.
    void reply.removeHeader('content-security-policy')
    inlineHash = (await reference()).inlineHash
  })
  await app.register(helmet, {
    global: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", () => `'sha256-${inlineHash}'`],
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
    // Said of every answer already, where Florin itself speaks TLS.
    strictTransportSecurity: false,
  })
  serve(app, { path: DOCS_PATH, operationId: 'docs' }, async () => (await reference()).page)
  serve(app, { path: SCRIPT_PATH, operationId: 'docsScript' }, async () => (await reference()).script)
}

interface File {
  readonly body: Buffer
  readonly type: string
  readonly etag: string
}

interface Reference {
  readonly page: File
  readonly script: File
  readonly inlineHash: string
}

function serve(
  app: FastifyInstance,
  { path, operationId }: { readonly path: string; readonly operationId: string },
  read: () => Promise<File>,
): void {
  app.get(path, { schema: { hide: true, operationId } }, async (_request, reply) => {
    const { body, type, etag } = await read()
    return reply.header('cache-control', 'no-cache').header('etag', etag).type(type).send(body)
  })
}

async function renderReference(): Promise<Reference> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
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
  const inline = /<script type="text\/javascript">([^]*?)<\/script>/.exec(page.body)?.[1] ?? ''
  return {
    page: toFile(page.rawPayload, 'text/html; charset=utf-8'),
    script: toFile(script.rawPayload, 'text/javascript; charset=utf-8'),
    inlineHash: sha256(inline),
  }
}

function toFile(body: Buffer, type: string): File {
  return { body, type, etag: `"${sha256(body)}"` }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64')
}
