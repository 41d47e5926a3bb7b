import { basename, dirname, join } from 'node:path';

/** What rotation puts behind a log's name: `.1`, `.2.gz`, `-20261121`, `.2026-11-21`, `.1.2017-05-16_13:53:08`. */
const NAME = /^(?<name>.+?\.(?:log|jsonl?))(?<mark>(?:[.-]\d{1,4}|[.-]\d{4}-?\d\d-?\d\d(?:[T_-][\d:]{1,10})?)*)(?<gz>\.gz)?$/;
const DATE = /(\d{4})-?(\d\d)-?(\d\d)(?:[T_-]([\d:]+))?$/;
const NUMBER = /(\d+)$/;

/** Whether a file is named like a log, rotated or not. Most files called `.json` are documents: such a log has to be named. */
export const isLogName = (path: string): boolean => {
  const name = NAME.exec(basename(path))?.groups?.['name'];
  return name !== undefined && !name.endsWith('.json');
};

/** Whether a file is named like a log that is written to now. */
export const isLiveName = (path: string): boolean => isLogName(path) && lastingName(path) === path;

/** The name that a log is always known by: `nova-compute.log` for `nova-compute.log.2.gz`. Other names stay as they are. */
export function lastingName(path: string): string {
  const found = NAME.exec(basename(path))?.groups;
  if (found === undefined) return path.replace(/\.gz$/, '');
  return found['name'] === basename(path) ? path : join(dirname(path), found['name']!);
}

/** Sorts the parts of one log, oldest first: numbers count down, dates count up, and the live log comes last. */
export function byAge(a: string, b: string): number {
  const [groupA, rankA] = ageOf(a);
  const [groupB, rankB] = ageOf(b);
  return groupA - groupB || rankA - rankB || (a < b ? -1 : 1);
}

function ageOf(path: string): readonly [group: number, rank: number] {
  const mark = NAME.exec(basename(path))?.groups?.['mark'] ?? '';
  if (mark === '') return [2, 0];
  const date = DATE.exec(mark);
  if (date === null) return [0, -Number(NUMBER.exec(mark)?.[1])];
  const [, year, month, day, time = ''] = date;
  // The time is as long as one rotation policy makes it: padded on the right, a shorter one is earlier.
  return [1, Number(`${year}${month}${day}.${time.replaceAll(':', '')}`)];
}
