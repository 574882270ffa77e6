// PostgreSQL refuses to run as root. When Florin is root (a container, a server), the database runs as another user.
import { chownSync, lchownSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#core/errors.ts'

/** The user a process is given to; undefined means: the one we are. */
export interface RunAs {
  readonly uid: number
  readonly gid: number
}

// The id of `nobody` on every Linux, used when /etc/passwd names neither user (images made from scratch).
const nobody: RunAs = { uid: 65534, gid: 65534 }

/** Who PostgreSQL must run as: for root the owner of the data if there is one, else `postgres`, else `nobody`; otherwise ourselves. */
export function chooseRunAs(clusterDir: string): RunAs | undefined {
  const uid = process.getuid?.()
  if (uid === undefined) return undefined // Windows
  const cluster = statSync(clusterDir, { throwIfNoEntry: false })
  if (uid === 0) {
    if (cluster && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid }
    const passwd = readPasswd()
    return parsePasswd(passwd, 'postgres') ?? parsePasswd(passwd, 'nobody') ?? nobody
  }
  if (cluster && cluster.uid !== uid) {
    throw new AppError(
      'forbidden',
      `${clusterDir} belongs to the user with id ${cluster.uid}, and Florin runs as ${uid}: ` +
        `run Florin as that user or as root, or give the folder away with chown -R ${uid}`,
    )
  }
  return undefined
}

/** Gives a folder and all in it to a user. A restored backup often belongs to root. */
export function giveTo(runAs: RunAs | undefined, dir: string): void {
  if (!runAs) return
  try {
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      lchownSync(join(entry.parentPath, entry.name), runAs.uid, runAs.gid)
    }
    chownSync(dir, runAs.uid, runAs.gid)
  } catch (error) {
    throw new AppError(
      'forbidden',
      `root may not give ${dir} to the user with id ${runAs.uid}, which PostgreSQL needs: ` +
        'run Florin as an ordinary user, or set FLORIN_DATABASE_URL',
      { cause: error },
    )
  }
}

/** Gives what root wrote to the owner of a folder, so that the owner can go on without root (after one `sudo`). */
export function ownLike(dir: string, path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dir)
  chownSync(path, uid, gid)
}

/** The ids of a user in the text of /etc/passwd. */
export function parsePasswd(text: string, name: string): RunAs | undefined {
  const fields = text
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name)
  const uid = Number(fields?.[2])
  const gid = Number(fields?.[3])
  return Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { uid, gid } : undefined
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}
