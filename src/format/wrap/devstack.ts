import type { Millis } from '../../model/line.js';

/** DevStack's format without colours. It has no time and no process id: the journal has them. */
const LINE = /^(TRACE|DEBUG|INFO|AUDIT|WARNING|ERROR|CRITICAL) (\S+) \[(-|[^\]]*req-[^\]]*)\] ?((?:\[instance: [0-9a-f-]{36}\] ?)?)(.*)$/s;
/** A line of a traceback has no context. */
const TRACEBACK = /^ERROR ([\w-]+(?:\.[\w-]+)+) ((?:\[instance: [0-9a-f-]{36}\] ?)?)(.*)$/s;
const PID = /\{\{\(pid=(\d+)\) /;
const CAPITALS = /^[TDIAWEC]/;

/** A line of DevStack, rewritten. */
export interface DevstackLine {
  readonly text: string;
  readonly pid: number;
  readonly logger: string;
  readonly isFailure: boolean;
  readonly isTraceback: boolean;
}

/**
 * Rewrites a line of DevStack in oslo.log's default format; undefined for any other line.
 *
 *     INFO nova.compute.claims [None req-5678… demo admin] [instance: b8ac…] Claim successful on node vm
 *                                             project user                names, where others have ids
 *
 * @param at the time from the wrapper, epoch ms
 * @param pid the process id from the wrapper, which is that of the parent; a DEBUG line contains its own
 */
export function readDevstack(text: string, at: Millis, pid: number): DevstackLine | undefined {
  if (!CAPITALS.test(text)) return undefined;
  const stamp = new Date(Math.floor(at)).toISOString().slice(0, 23).replace('T', ' ');
  const found = LINE.exec(text);
  if (found !== null) {
    const [, level, logger, context, instance, message] = found;
    const own = Number(PID.exec(text.length > 400 ? text.slice(-400) : text)?.[1] ?? pid);
    return {
      text: `${stamp} ${own} ${level} ${logger} [${userFirst(context!)}] ${instance}${message}`,
      pid: own,
      logger: logger!,
      isFailure: level === 'WARNING' || level === 'ERROR' || level === 'CRITICAL',
      isTraceback: false,
    };
  }
  const traceback = TRACEBACK.exec(text);
  if (traceback === null) return undefined;
  const [, logger, instance, message] = traceback;
  return { text: `${stamp} ${pid} ERROR ${logger} ${instance}${message}`, pid, logger: logger!, isFailure: false, isTraceback: true };
}

function userFirst(context: string): string {
  const words = context.trim().split(/ +/);
  const request = words.findLastIndex((word) => word.startsWith('req-'));
  if (request === -1) return '-';
  const [project = '-', user = '-'] = words.slice(request + 1);
  return [...words.slice(0, request + 1), user, project, '- - -'].join(' ');
}
