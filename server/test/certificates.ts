/** Certificates of a test's own, made in milliseconds. */
// The library under @peculiar/x509 needs it, and it has nothing to give a name to.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'

/** PEM, as Florin reads it from files. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** An authority, by which certificates are made. */
export interface Authority {
  /** Its own certificate, in PEM. */
  readonly cert: string
  /** One for 127.0.0.1 and localhost. */
  issue(name: string): Promise<Certificate>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

/** Makes an authority. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const own: X509Certificate = await X509CertificateGenerator.createSelfSigned({
    ...common(`CN=${name}`),
    keys,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  })

  async function issue(subject: string): Promise<Certificate> {
    const { publicKey, privateKey } = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
    const certificate = await X509CertificateGenerator.create({
      ...common(`CN=${subject}`),
      issuer: own.subject,
      publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
        await AuthorityKeyIdentifierExtension.create(own),
      ],
    })
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
    return {
      cert: certificate.toString('pem'),
      key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    }
  }

  return { cert: own.toString('pem'), issue }
}

function common(subject: string) {
  const [notBefore, notAfter] = [new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS)]
  return { subject, notBefore, notAfter, signingAlgorithm: ALGORITHM }
}
