// TLS: which settings belong together, and what opens their files.
import { openTlsFiles, type TlsFiles } from '#adapters/tls-files/identity.ts'
import { invalidField, type FieldError } from '#core/errors.ts'
import type { Log } from '#ports/log.ts'

/** What is asked for. */
export interface TlsSettings {
  readonly tlsCertFile: string | null
  readonly tlsKeyFile: string | null
  readonly tlsClientCaFile: string | null
}

/** Every setting of TLS that lacks another. */
export function tlsProblems(settings: Partial<TlsSettings>): FieldError[] {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = settings
  const isAsked = Boolean(tlsCertFile ?? tlsKeyFile ?? tlsClientCaFile)
  const message = 'must be set, because TLS needs a certificate and its key'
  return [
    ...(isAsked && !tlsCertFile ? [{ field: 'FLORIN_TLS_CERT', message }] : []),
    ...(isAsked && !tlsKeyFile ? [{ field: 'FLORIN_TLS_KEY', message }] : []),
  ]
}

/** The certificate of the servers; null without TLS. Throws a validation error when the files cannot be used. */
export async function openTls(settings: TlsSettings, log: Log): Promise<TlsFiles | null> {
  const { tlsCertFile: cert, tlsKeyFile: key, tlsClientCaFile: clientCa } = settings
  if (cert === null || key === null) return null
  try {
    return await openTlsFiles({ cert, key, clientCa }, log)
  } catch (error) {
    throw invalidField(
      'FLORIN_TLS_CERT',
      `(and FLORIN_TLS_KEY, FLORIN_TLS_CLIENT_CA) cannot be used: ${(error as Error).message}`,
    )
  }
}
