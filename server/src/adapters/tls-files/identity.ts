// The servers' certificate, its key, and the CA of client certificates, in files that whoever manages them replaces.
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, type Server, type TlsOptions } from 'node:tls'
import type { Log } from '#ports/log.ts'

/** Where the files are. Each is PEM. */
export interface TlsFileNames {
  /** The certificate, and those between it and its root. */
  readonly cert: string
  /** Its private key, not encrypted. */
  readonly key: string
  /** Clients must show a certificate of this authority; null: they need none. */
  readonly clientCa: string | null
}

/** The certificate as servers use it. */
export interface TlsFiles {
  readonly options: TlsOptions
  /** Gives the server every later certificate, until it closes. */
  follow(server: Server): void
  /** Reads the files again. What has changed is used from now on; when it cannot be, that is logged once. Never rejects. */
  readonly refresh: () => Promise<'done'>
}

interface Contents {
  readonly cert: Buffer
  readonly key: Buffer
  readonly clientCa: Buffer | null
}

/**
 * Opens the files. Throws an error of the system when one cannot be read, and one of OpenSSL when they do not belong
 * together. The files are compared by their contents: watching names would miss that a link now leads elsewhere.
 */
export async function openTlsFiles(names: TlsFileNames, log: Log): Promise<TlsFiles> {
  let seen = await readAll(names)
  let options = toOptions(seen)
  let problem: string | null = null
  const servers = new Set<Server>()

  async function refreshOrThrow(): Promise<void> {
    const found = await readAll(names)
    if (isSame(found, seen)) return
    seen = found
    options = toOptions(found)
    for (const server of servers) server.setSecureContext(options)
    problem = null
    log.info(
      { file: names.cert, valid_to: new X509Certificate(found.cert).validTo },
      'a new TLS certificate is in use',
    )
  }

  return {
    get options() {
      return options
    },
    follow(server) {
      servers.add(server)
      server.once('close', () => servers.delete(server))
    },
    async refresh() {
      try {
        await refreshOrThrow()
      } catch (error) {
        const { message } = error as Error
        if (message !== problem) {
          log.error({ err: error, file: names.cert }, 'the TLS files cannot be used; the certificate stays')
        }
        problem = message
      }
      return 'done'
    },
  }
}

async function readAll({ cert, key, clientCa }: TlsFileNames): Promise<Contents> {
  return {
    cert: await readFile(cert),
    key: await readFile(key),
    clientCa: clientCa === null ? null : await readFile(clientCa),
  }
}

function toOptions({ cert, key, clientCa }: Contents): TlsOptions {
  const own: TlsOptions = { cert, key, minVersion: 'TLSv1.2' }
  const options =
    clientCa === null ? own : { ...own, ca: clientCa, requestCert: true, rejectUnauthorized: true }
  // OpenSSL passes over an authority that is none, and would then refuse every client.
  if (clientCa !== null) void new X509Certificate(clientCa)
  // Throws when the key is not the certificate's.
  createSecureContext(options)
  return options
}

function isSame(one: Contents, other: Contents): boolean {
  const { clientCa: ca } = one
  return (
    one.cert.equals(other.cert) &&
    one.key.equals(other.key) &&
    (ca === null || other.clientCa === null || ca.equals(other.clientCa))
  )
}
