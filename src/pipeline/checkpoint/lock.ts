import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateLocked } from '../../model/errors.js';

/** Releases the folder. */
export type Unlock = () => void;

/**
 * Locks a state folder for this process: two processes with one checkpoint would overwrite each other's work. Node.js
 * has no file locks, so the lock holds pid and start time, and the lock of an ended process is ignored.
 * @throws OperatorError STATE_LOCKED if another process holds it; else the system's error
 */
export function lockFolder(folder: string): Unlock {
  const path = join(folder, 'lock');
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, mine, { flag: 'wx', mode: 0o600 });
      return () => {
        if (read(path) === mine) unlinkSync(path);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
    }
    const holder = read(path);
    const pid = holderOf(holder);
    if (pid !== undefined) throw stateLocked(folder, pid);
    // Gone between the two, where another start had the same thought.
    if (holder !== undefined && read(path) === holder) unlinkSync(path);
  }
}

/**
 * The process that holds a lock; undefined if it has ended. The start time is compared as well: in a container, a
 * restarted process has the same pid.
 */
function holderOf(lock: string | undefined): number | undefined {
  const [, digits, start] = /^(\d+) (\S+)\n$/.exec(lock ?? '') ?? [];
  const pid = Number(digits);
  if (digits === undefined || !isAlive(pid) || startOf(pid) !== start) return undefined;
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time of a process in ticks of the kernel; `-` without /proc. */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the program's name, in brackets, and may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
