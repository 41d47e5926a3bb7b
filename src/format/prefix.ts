/**
 * What others put before a line, and where the line itself begins.
 *
 *     ./nova-compute.log:2023-02-06 03:12:05.652 …                       grep
 *     nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 …       an archive
 *     \x1b[00;32m2026-01-14 …                                            a terminal's colours
 *
 * What carried a line, such as syslog or a container's runtime, is taken off by `wrap/`.
 */

const STAMP = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.Z]/;
const GREP_OR_ARCHIVE = /^\S{1,255}[: ]$/;
/** How far into a line another's prefix may reach. */
const FARTHEST = 300;

/** @returns the index of the date's first byte behind a file name, or -1 where there is no such prefix */
export function skipFileName(bytes: Buffer, start: number, end: number): number {
  const head = bytes.toString('latin1', start, Math.min(end, start + FARTHEST));
  // An archive's own name may hold a date: take the last stamp that directly follows a name.
  for (let from = 0; from < head.length; ) {
    const found = STAMP.exec(head.slice(from));
    if (found === null) return -1;
    const at = from + found.index;
    if (at > 0 && GREP_OR_ARCHIVE.test(head.slice(0, at))) return start + at;
    from = at + 1;
  }
  return -1;
}

const ESCAPE = 27;
const COLOUR = /\x1b\[[0-9;]*m/g;

export const hasColour = (bytes: Buffer, start: number, end: number): boolean => {
  // Not `indexOf`: that would go on to the end of the piece, for every line of a traceback.
  for (let i = start; i < end; i++) if (bytes[i] === ESCAPE) return true;
  return false;
};

export const withoutColour = (text: string): string => text.replace(COLOUR, '');
