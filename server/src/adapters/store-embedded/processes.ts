// Looks at the processes of this machine without privileges: Linux reads /proc (slim images have no ps; a container's root
// may not read another user's /proc/<pid>/cwd, but may read its cmdline), macOS asks ps. Windows lists nothing.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A running process: its id and its arguments, split at blanks. */
export interface RunningProcess {
  readonly pid: number
  readonly args: readonly string[]
}

/** Every process this user may see. Zombies have no arguments and are left out. */
export function listProcesses(): RunningProcess[] {
  if (process.platform === 'linux') return listFromProc()
  if (process.platform === 'win32') return []
  return parsePs(execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' }))
}

/** The output of `ps -o pid=,args=`. */
export function parsePs(output: string): RunningProcess[] {
  return output
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length > 1)
    .map(([pid, ...args]) => ({ pid: Number(pid), args }))
}

/**
 * When a process started, in a form that only compares: with the pid it names one process for good, as pids are used again.
 * Undefined when there is no such process, or only its zombie.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === 'linux') return startFromProc(pid)
  if (!isAlive(pid)) return undefined
  if (process.platform === 'win32') return 'unknown'
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

/** Whether a process has this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function listFromProc(): RunningProcess[] {
  const found: RunningProcess[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const args = readProc(`/proc/${name}/cmdline`)
      .split(/[\0\s]+/)
      .filter((word) => word !== '')
    if (args.length > 0) found.push({ pid: Number(name), args })
  }
  return found
}

// proc(5): after the name in parentheses come the state (field 3) and, as field 22, the start in clock ticks since boot.
function startFromProc(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it ended while we looked
  }
}
