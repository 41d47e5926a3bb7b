import { plainLogs, wrappers } from './wrap.js';

/** An entry of a journal, as journalctl prints it. */
export interface Entry {
  readonly at: number;
  readonly line: string;
}

/** A cursor as journald makes it, of the n-th entry. */
export const cursorAt = (number: number, micros: number): string => `s=1;i=${number.toString(16)};t=${micros.toString(16)}`;

/** The logs of a scenario as entries of one journal, in the order of their times. */
export async function journalEntries(scenario: string): Promise<Entry[]> {
  const logs = await plainLogs(scenario, 'UTC');
  return logs
    .flatMap(({ lines }) => lines)
    .sort((a, b) => a.at - b.at)
    .flatMap((line) => wrappers['journal-json'](line, line.at, () => 1).map((entry) => ({ at: line.at, entry })))
    .map(({ at, entry }, i) => {
      const micros = Number(/"__REALTIME_TIMESTAMP":"(\d+)"/.exec(entry)![1]);
      return { at, line: `{"__CURSOR":"${cursorAt(i + 1, micros)}",${entry.slice(1)}\n` };
    });
}
