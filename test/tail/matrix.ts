import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { CounterName } from '../../src/model/counters.js';

/*
 * What can happen to a log between two looks of the reader, and what the reader makes of it. test/tail/matrix.test.ts plays
 * every case, and keeps the table in docs/tailing.md as it is here.
 */

export type How = 'rename' | 'copytruncate';
export type Reader = 'up' | 'down';

/** What is not handed over, and what is counted. */
export interface Outcome {
  readonly lost: 'nothing' | 'what had not been read';
  readonly counts: readonly CounterName[];
}

export interface Case {
  readonly name: string;
  /** Each step is a rotation; lines are written between them. */
  readonly steps: readonly Step[];
  readonly hows: readonly How[];
  /** where it is not that nothing is lost, and a truncation is counted by who sees it */
  readonly outcome?: (how: How, reader: Reader) => Outcome;
  /** what Debian's logrotate is told for the same; undefined where it cannot do it */
  readonly logrotate?: readonly string[];
}

export interface Step {
  /** what the rotated file is called in the end; the others make room for it. Undefined: it is not kept */
  readonly mark?: '.1' | `-${number}`;
  /** compressed: this one, or only those before it */
  readonly gzip?: 'at once' | 'later';
  /** what the new file begins with */
  readonly next?: 'a line' | 'many lines' | 'nothing' | 'no file';
  /** the last line has no newline yet */
  readonly midLine?: boolean;
  /** the writer goes on at its old offset in the emptied file */
  readonly keepsOffset?: boolean;
}

const BOTH: readonly How[] = ['rename', 'copytruncate'];

export const cases: readonly Case[] = [
  { name: 'one rotation, `.1`', hows: BOTH, steps: [{ mark: '.1' }], logrotate: [] },
  { name: 'one rotation, `-20261121`', hows: BOTH, steps: [{ mark: '-20261121' }], logrotate: ['dateext'] },
  { name: 'one rotation, `.1.gz`', hows: BOTH, steps: [{ mark: '.1', gzip: 'at once' }], logrotate: ['compress'] },
  { name: 'one rotation, `-20261121.gz`', hows: BOTH, steps: [{ mark: '-20261121', gzip: 'at once' }], logrotate: ['compress', 'dateext'] },
  { name: 'two rotations, `.1` and `.2`', hows: BOTH, steps: [{ mark: '.1' }, { mark: '.1' }], logrotate: [] },
  {
    name: 'two rotations, `.1` and `.2.gz` (delaycompress)',
    hows: BOTH,
    steps: [{ mark: '.1' }, { mark: '.1', gzip: 'later' }],
    logrotate: ['compress', 'delaycompress'],
  },
  {
    name: 'two rotations, `-20261121.gz` and `-20261122`',
    hows: BOTH,
    steps: [{ mark: '-20261121' }, { mark: '-20261122', gzip: 'later' }],
  },
  {
    name: 'three rotations, all compressed',
    hows: BOTH,
    steps: [
      { mark: '.1', gzip: 'at once' },
      { mark: '.1', gzip: 'at once' },
      { mark: '.1', gzip: 'at once' },
    ],
    logrotate: ['compress'],
  },
  { name: 'the new file has grown past the old place', hows: BOTH, steps: [{ mark: '.1', next: 'many lines' }], logrotate: [] },
  { name: 'the new file is empty', hows: BOTH, steps: [{ mark: '.1', next: 'nothing' }], logrotate: [] },
  { name: 'in the middle of a line', hows: BOTH, steps: [{ mark: '.1', midLine: true }], logrotate: [] },
  { name: 'the new file comes late', hows: ['rename'], steps: [{ mark: '.1', next: 'no file' }] },
  { name: 'the service goes on at its old offset (NUL bytes)', hows: ['copytruncate'], steps: [{ mark: '.1', keepsOffset: true }] },
  {
    name: 'the old file is not kept (deleted, or emptied)',
    hows: BOTH,
    steps: [{}],
    outcome: (how, reader) =>
      reader === 'down'
        ? { lost: 'what had not been read', counts: ['file_resets', 'files_lost'] }
        : how === 'rename'
          ? { lost: 'nothing', counts: [] }
          : { lost: 'what had not been read', counts: ['file_resets'] },
    logrotate: ['rotate 0'],
  },
];

export function outcomeOf({ outcome, steps }: Case, how: How, reader: Reader): Outcome {
  if (outcome !== undefined) return outcome(how, reader);
  const counts: CounterName[] = how === 'copytruncate' && reader === 'up' ? ['file_resets'] : [];
  if (steps.some(({ keepsOffset }) => keepsOffset)) counts.push('nul_bytes');
  return { lost: 'nothing', counts };
}

/** A writer that is rotated under, and what it wrote. */
export class RotatedLog {
  readonly path: string;
  readonly lines: string[] = [];
  #marked: string[] = [];
  #partial = '';

  constructor(path: string) {
    this.path = path;
  }

  write(times = 1): void {
    for (let i = 0; i < times; i++) {
      const line = `${this.#partial}2026-11-21 10:00:00.${String(100 + this.lines.length)} line ${this.lines.length}`;
      appendFileSync(this.path, `${line.slice(this.#partial.length)}\n`);
      this.lines.push(line);
      this.#partial = '';
    }
  }

  writeHalf(): void {
    this.#partial = `half ${this.lines.length} `;
    appendFileSync(this.path, this.#partial);
  }

  /** What was begun stays in the old file: that is what the service's next line does not know. */
  endHalf(): void {
    if (this.#partial !== '') this.lines.push(this.#partial);
    this.#partial = '';
  }

  /** As logrotate does it. */
  rotate(how: How, { mark, gzip, keepsOffset, next }: Step): void {
    if (mark === '.1') this.#makeRoom();
    if (mark === undefined) {
      if (how === 'rename') rmSync(this.path);
      else truncateSync(this.path);
    } else {
      const to = this.path + mark;
      const { size } = statSync(this.path);
      if (how === 'rename') renameSync(this.path, to);
      else {
        copyFileSync(this.path, to);
        truncateSync(this.path, 0);
        if (keepsOffset) truncateSync(this.path, size);
      }
      this.#marked.push(to);
      for (const file of gzip === 'at once' ? [to] : gzip === 'later' ? this.#marked.slice(0, -1) : []) this.#compress(file);
    }
    if (how === 'rename' && next !== 'no file') writeFileSync(this.path, '', { flag: 'a' });
  }

  #makeRoom(): void {
    this.#marked = this.#marked.map((file) => {
      const to = file.replace(/\.(\d+)(\.gz)?$/, (_, number, gz) => `.${Number(number) + 1}${gz ?? ''}`);
      renameSync(file, to);
      return to;
    });
  }

  #compress(file: string): void {
    if (file.endsWith('.gz') || !existsSync(file)) return;
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
    rmSync(file);
    this.#marked = this.#marked.map((other) => (other === file ? `${file}.gz` : other));
  }
}

const BEGIN = '<!-- matrix -->';
const END = '<!-- /matrix -->';

/** The table, as it stands in docs/tailing.md. */
function matrixMarkdown(): string {
  const cell = (each: Case, how: How, reader: Reader): string => {
    if (!each.hows.includes(how)) return '-';
    const { lost, counts } = outcomeOf(each, how, reader);
    const counted = counts.length === 0 ? '' : `; ${counts.map((name) => `\`${name}\``).join(', ')}`;
    return `${lost === 'nothing' ? 'each line once' : `**lost: ${lost}**`}${counted}`;
  };
  const rows = cases.map(
    (each) =>
      `| ${each.name} | ${cell(each, 'rename', 'up')} | ${cell(each, 'rename', 'down')} | ${cell(each, 'copytruncate', 'up')} | ${cell(each, 'copytruncate', 'down')} | ${each.logrotate === undefined ? '-' : 'yes'} |`,
  );
  return [
    'Between two polls, with lines written before, between and after. Each cell is a test (`test/tail/matrix.test.ts`). The',
    "last column says whether Debian's logrotate does it there, too.",
    '',
    '| what happens | rename, reader up | rename, reader down | copytruncate, reader up | copytruncate, reader down | with logrotate |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The page with the table in its place. */
export function withMatrix(page: string): string {
  const from = page.indexOf(BEGIN) + BEGIN.length;
  return `${page.slice(0, from)}\n${matrixMarkdown()}\n${page.slice(page.indexOf(END))}`;
}
