/** The servers of the contract suites, one row each: as a Docker image and as a Debian package. */
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '../../server/test/services.ts'

/** Where a Debian package’s server runs, and with what. */
interface Place {
  /** The folder that holds the server's programs. */
  programs: string
  /** A scratch folder that the server's user owns. */
  folder: string
  port: number
  password: string
}

/** One server. Commands are argument lists; none goes through a shell. */
export interface ServiceRow {
  name: ServiceName
  toUrl: (port: number, password: string) => string
  docker: {
    image: string
    /** The port inside the container. */
    port: number
    environment: (password: string) => Record<string, string>
    /** Runs inside the container; exits 0 when the server answers. */
    probe: string[]
  }
  debian: {
    package: string
    /** Finds the folder of the server's programs, or nothing when the package is missing. */
    findPrograms: () => string | undefined
    /** The user to run as when we are root, as the package makes it. */
    user: string
    /** Runs once in the fresh folder, before the server; empty when nothing need be done. */
    prepare: (place: Place) => string[]
    start: (place: Place) => string[]
    probe: (place: Place) => string[]
    /** Asks the server to end at once, without losing anything. */
    stopSignal: NodeJS.Signals
  }
}

const postgres: ServiceRow = {
  name: 'postgres',
  toUrl: (port, password) => `postgres://florin:${password}@127.0.0.1:${port}/postgres`,
  docker: {
    image: 'postgres:18',
    port: 5432,
    environment: (password) => ({
      POSTGRES_USER: 'florin',
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: 'postgres',
    }),
    // Over TCP: while the image prepares itself it listens on its socket only.
    probe: ['pg_isready', '--quiet', '--host=127.0.0.1'],
  },
  debian: {
    package: 'postgresql',
    findPrograms: () =>
      globSync('/usr/lib/postgresql/*/bin').toSorted(
        (a, b) => Number(b.split('/')[4]) - Number(a.split('/')[4]),
      )[0],
    user: 'postgres',
    prepare: ({ programs, folder, password }) => {
      const passwordFile = join(folder, 'password')
      writeFileSync(passwordFile, password)
      return [
        join(programs, 'initdb'),
        '--username=florin',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--no-sync',
        `--pgdata=${join(folder, 'data')}`,
      ]
    },
    // fsync, synchronous_commit and full_page_writes stay on, as they are by default: durability is what is tested.
    start: ({ programs, folder, port }) => [
      join(programs, 'postgres'),
      '-D',
      join(folder, 'data'),
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=200',
    ],
    probe: ({ programs, port }) => [
      join(programs, 'pg_isready'),
      '--quiet',
      '--host=127.0.0.1',
      `--port=${port}`,
    ],
    // Fast shutdown: ends sessions, writes a checkpoint.
    stopSignal: 'SIGINT',
  },
}

const redis: ServiceRow = {
  name: 'redis',
  // Whatever is in it belongs to tests, on this machine alone.
  toUrl: (port) => `redis://127.0.0.1:${port}`,
  docker: {
    image: 'redis:8',
    port: 6379,
    environment: () => ({}),
    probe: ['redis-cli', '-e', 'ping'],
  },
  debian: {
    package: 'redis-server',
    findPrograms: () => (existsSync('/usr/bin/redis-server') ? '/usr/bin' : undefined),
    user: 'redis',
    prepare: () => [],
    // Its title would hide by which folder the process is known.
    start: ({ programs, folder, port }) => [
      join(programs, 'redis-server'),
      `--port ${port}`,
      '--bind 127.0.0.1',
      `--dir ${folder}`,
      '--save ""',
      '--set-proc-title no',
    ],
    probe: ({ programs, port }) => [join(programs, 'redis-cli'), '-e', '-p', String(port), 'ping'],
    stopSignal: 'SIGTERM',
  },
}

/** Every server that `up` starts. A new row brings its name to `server/test/services.ts`. */
export const SERVICES: ServiceRow[] = [postgres, redis]
