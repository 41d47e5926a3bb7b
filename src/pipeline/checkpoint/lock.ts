import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateLocked } from '../../model/errors.js';

/** Releases the folder. */
export type Unlock = () => void;

/**
 * Takes a state folder for this process: two that write one checkpoint would each lose what the other did. Node.js has no
 * file locks, so the holder writes its pid and start time, and a lock whose holder has ended is ignored.
 *
 * @throws OperatorError STATE_LOCKED when another process has it; else what the system says
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

/** The process that holds a lock; undefined if it has ended. In a container a restarted process has the same pid: the start time differs. */
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

/** When a process began, in the kernel's ticks; `-` where there is no /proc to ask. */
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
