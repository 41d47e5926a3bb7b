/** uWSGI's own line about a request. It has no request id: only the process id links it to lines of oslo.log. */
export interface UwsgiRequest {
  readonly pid: number;
  /** the START of the request in whole seconds: local wall clock read as if it were UTC, in ms */
  readonly localStart: number;
  /** the duration in ms */
  readonly millis: number;
  /** the thread that served it; always 0 if the worker has only one */
  readonly core: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const LINE =
  /^\[pid: (\d{1,10})\|app: [^|\]]{1,20}\|req: [^\]]{1,30}\] .{0,400}?\[\w{3} (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})\] .{0,4000}? in (\d{1,10}) msecs /;
const CORE = / on core (\d{1,6})\)$/;

/**
 * Parses uWSGI's line about a request; undefined for any other line.
 *
 *     [pid: 850|app: 0|req: 9/19] 127.0.0.1 () {38 vars in 892 bytes} [Sat Nov 21 02:38:10 2026] POST /v2.0/ports => generated … in 1200 msecs (…
 *
 * The timestamp is the start of the request, but the line is written at its end.
 */
export function readUwsgi(line: string): UwsgiRequest | undefined {
  const found = LINE.exec(line);
  if (found === null) return undefined;
  const [, pid, month, day, hour, minute, second, year, millis] = found;
  const place = MONTHS.indexOf(month!);
  if (place === -1) return undefined;
  return {
    pid: Number(pid),
    localStart: Date.UTC(Number(year), place, Number(day), Number(hour), Number(minute), Number(second)),
    millis: Number(millis),
    core: Number(CORE.exec(line)?.[1] ?? 0),
  };
}
