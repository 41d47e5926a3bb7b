import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FileRead, hashOf, type LogPosition, MARKER_BYTES, type Place } from '../../src/tail/position.js';
import { type Begin, createTailer, type Tailer } from '../../src/tail/tailer.js';
import { sized } from '../support/size.js';
import { tally } from './collect.js';

/*
 * Random histories of a log, applied to real files that the real tailer reads, and to a toy: the list of lines that were
 * written, in the order of the log. Every line is unique. Whatever happens to the files:
 *
 * - what one life of the reader hands over is a stretch of that list: no line twice, none left out, none out of order;
 * - a life begins where the place that it was given says, and no later than at the first line that was not handed over before it;
 * - when all is over, the last life has come to the end of the list.
 *
 * Lines may be left out only where nobody has them any more (`gone`): in a deleted file whose descriptor the reader did not
 * hold. Where a deleted file was the last by whose bytes the reader could have known the order of the others, those
 * that had lost their name before it came back are left out too. That is all that docs/tailing.md allows here.
 */

const OPS = ['write', 'half', 'rename', 'copy', 'hole', 'delete', 'expire', 'gzip', 'poll', 'save', 'crash', 'wait', 'long'] as const;
type Op = { readonly op: (typeof OPS)[number]; readonly n: number };

const WEIGHTS: Record<(typeof OPS)[number], number> = {
  write: 12,
  half: 4,
  rename: 4,
  copy: 4,
  hole: 1,
  delete: 1,
  expire: 1,
  gzip: 2,
  poll: 12,
  save: 4,
  crash: 3,
  wait: 2,
  long: 1,
};

const anyOp: fc.Arbitrary<Op> = fc.record({
  op: fc.oneof(...OPS.map((op) => ({ weight: WEIGHTS[op], arbitrary: fc.constant(op) }))),
  n: fc.nat(1000),
});

/** As OVS does, every file begins alike, by more than is compared of a file's head: only its marker tells it from another. */
const BANNER = 'opened log file '.repeat(80).trim();

const anyHistory = fc.record({
  ops: fc.array(anyOp, { minLength: 10, maxLength: 45 }),
  budget: fc.constantFrom(16, 100, 1_000_000),
  isDated: fc.boolean(),
  hasBanner: fc.boolean(),
});

interface Line {
  readonly text: string;
  /** which of the log's files it was written to */
  readonly generation: number;
  isGone: boolean;
}

/** What the checkpoint of a life would hold. */
interface Saved {
  readonly position: LogPosition | undefined;
  readonly at: Place;
  /** how many lines had been handed over when `at` was the place */
  readonly handedOver: number;
  /** Files were being read behind the place: a life from there hands over some of their lines again. */
  readonly isBehind: boolean;
  /** the least line that such a life may begin with */
  readonly least: number;
}

class History {
  readonly folder = mkdtempSync(join(tmpdir(), 'novaspan-model-'));
  readonly path = join(this.folder, 'a.log');
  readonly lines: Line[] = [];
  readonly #options: { readonly budget: number; readonly isDated: boolean; readonly hasBanner: boolean };
  /** of the file that has the log's name; what is on disk of the others */
  #generation = 0;
  #files = new Map<number, string>();
  /** the live file's number when the reader last looked */
  #looked = 0;
  #half = '';
  #written = 0;
  #rotations = 0;
  #times = 0;

  #now = 1_000_000;
  #tailer: Tailer | undefined;
  /** the line that is to come next in this life; undefined until the first has come */
  #pointer: number | undefined;
  #from: Saved | undefined;
  #seen: Saved[] = [];
  #saved: Saved | undefined;
  /** This life has not found a file yet. */
  #isNew = true;
  /** of the file that the reader holds although it is deleted */
  #held = new Set<number>();
  #isHolding: number | undefined;
  readonly counts = tally();

  constructor(options: { readonly budget: number; readonly isDated: boolean; readonly hasBanner: boolean }) {
    this.#options = options;
  }

  async play(ops: readonly Op[]): Promise<void> {
    this.#life(undefined);
    for (const { op, n } of ops) {
      await this.#apply(op, n);
      this.#touch();
    }
    // Rotated files that the reader has not begun wait until there is a live one.
    this.#write();
    this.#touch();
    await this.#drain();
    const end = this.#skipGone(this.#pointer ?? this.#first());
    expect(this.lines.slice(end).map(({ text }) => text)).toEqual([]);
  }

  async end(): Promise<void> {
    await this.#tailer?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #apply(op: Op['op'], n: number): Promise<void> {
    const isThere = existsSync(this.path);
    switch (op) {
      case 'write':
        return this.#write();
      case 'half':
        return this.#options.hasBanner ? this.#write() : this.#writeHalf();
      case 'rename':
        if (isThere) this.#turnOver((to) => renameSync(this.path, to), n);
        return;
      case 'copy':
      case 'hole':
        if (!isThere) return;
        this.#turnOver((to) => {
          copyFileSync(this.path, to);
          const { size } = statSync(this.path);
          truncateSync(this.path);
          // The writer goes on where it was, and writes at once.
          if (op === 'hole') truncateSync(this.path, size);
        }, 1);
        // Its descriptor is of the emptied file.
        this.#isHolding = undefined;
        if (op === 'hole') this.#write();
        return;
      case 'delete':
        if (!isThere) return;
        this.#endHalf();
        rmSync(this.path);
        if (this.#isHolding === this.#generation) this.#held.add(this.#generation);
        // Copied, emptied and deleted since the last look: what the copies are of is not known any more.
        else for (let i = this.#looked; i <= this.#generation; i++) this.#lose(i);
        this.#generation++;
        return;
      case 'expire': {
        const oldest = Math.min(...this.#files.keys());
        if (!Number.isFinite(oldest)) return;
        rmSync(this.#files.get(oldest)!);
        this.#files.delete(oldest);
        if (this.#isHolding === oldest) this.#held.add(oldest);
        else this.#lose(oldest);
        return;
      }
      case 'gzip': {
        const [generation, file] = [...this.#files].filter(([, name]) => !name.endsWith('.gz'))[n % 2] ?? [];
        if (generation === undefined || file === undefined) return;
        const { atime, mtime } = statSync(file);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
        utimesSync(`${file}.gz`, atime, mtime);
        rmSync(file);
        this.#files.set(generation, `${file}.gz`);
        return;
      }
      case 'poll':
        await this.#poll();
        return;
      case 'save':
        this.#save(n);
        return;
      case 'crash':
        await this.#tailer!.close();
        this.#life(this.#saved);
        return;
      case 'wait':
        this.#now += 1000 * (1 + (n % 20));
        return;
      case 'long':
        this.#now += 601_000;
        return;
      default:
        op satisfies never;
    }
  }

  #writeHalf(): void {
    const half = `${this.#mark()}half-${this.#written} `;
    this.#half += half;
    appendFileSync(this.path, half);
  }

  /** Lines differ in their first byte: a file of which but one byte was read must be known again, as one with a time in it is. */
  #mark(): string {
    return String.fromCharCode(33 + (++this.#written % 94));
  }

  /** Files have times a second apart, however fast the test is. */
  #touch(): void {
    const time = 1_700_000_000 + ++this.#times;
    if (existsSync(this.path)) utimesSync(this.path, time, time);
  }

  #write(): void {
    const line = `${this.#half}${this.#mark()}line-${this.#written} of ${this.#generation}`;
    const isBegun = statSync(this.path, { throwIfNoEntry: false })?.size && this.lines.at(-1)?.generation === this.#generation;
    const banner = this.#options.hasBanner && !isBegun ? `${BANNER}\n` : '';
    appendFileSync(this.path, `${banner}${line.slice(this.#half.length)}\n`);
    this.lines.push({ text: line, generation: this.#generation, isGone: false });
    this.#half = '';
  }

  /** What was begun stays as it is: the writer begins a line in the next file. */
  #endHalf(): void {
    if (this.#half !== '') this.lines.push({ text: this.#half, generation: this.#generation, isGone: false });
    this.#half = '';
  }

  #turnOver(move: (to: string) => void, n: number): void {
    this.#endHalf();
    this.#rotations++;
    const dated = `${this.path}-${new Date(Date.UTC(2026, 0, this.#rotations)).toISOString().slice(0, 10).replaceAll('-', '')}`;
    if (!this.#options.isDated)
      for (const generation of [...this.#files.keys()].sort((a, b) => a - b)) {
        const from = this.#files.get(generation)!;
        const to = from.replace(/\.(\d+)(\.gz)?$/, (_, number, gz) => `.${Number(number) + 1}${gz ?? ''}`);
        renameSync(from, to);
        this.#files.set(generation, to);
      }
    const to = this.#options.isDated ? dated : `${this.path}.1`;
    this.#touch();
    const { mtime } = statSync(this.path);
    move(to);
    utimesSync(to, mtime, mtime);
    this.#files.set(this.#generation, to);
    this.#generation++;
    if (n % 3 > 0) appendFileSync(this.path, '');
  }

  /** Nobody can read it any more. */
  #lose(generation: number, from = this.#pointer ?? this.#first()): void {
    for (const line of this.lines.slice(from)) if (line.generation === generation) line.isGone = true;
  }

  #first(): number {
    return this.#from?.least ?? 0;
  }

  #skipGone(from: number): number {
    let i = from;
    while (this.lines[i]?.isGone) i++;
    return i;
  }

  /** A new reader, which knows nothing but what was saved. */
  #life(saved: Saved | undefined): void {
    this.#from = saved;
    this.#pointer = undefined;
    this.#seen = [];
    this.#isHolding = undefined;
    // All that the files had when they were deleted, from the place on.
    for (const line of this.lines.slice(this.#first())) {
      if (line.generation === this.#generation || this.#files.has(line.generation)) continue;
      line.isGone = true;
    }
    this.#isNew = true;
    this.#held.clear();

    const begin: Begin = saved?.position === undefined ? 'oldest' : { position: saved.position, at: saved.at };
    this.#tailer = createTailer({
      paths: [this.path],
      open: () => (bytes, start, end) => {
        const text = bytes.toString('latin1', start, end);
        if (text !== BANNER) this.#take(text);
      },
      clock: { now: () => this.#now, sleep: async () => undefined },
      count: this.counts.count,
      // Where only the banner has been read nothing tells one file from another: that is not this test's.
      maxBytesPerPoll: this.#options.hasBanner ? 1_000_000 : this.#options.budget,
      begin: () => begin,
    });
  }

  /** A reader that comes back and can tell nothing by bytes takes the live file. */
  #loseUnknown(): void {
    if (this.#from?.position === undefined || this.#isKnown(this.#from.position)) return;
    for (const line of this.lines.slice(this.#first())) if (line.generation !== this.#generation) line.isGone = true;
  }

  /** Whether a file is there that begins with what was read of one, up to the place. */
  #isKnown({ files }: LogPosition): boolean {
    const names = [...this.#files.values(), this.path].filter((name) => existsSync(name));
    const contents = names.map((name) => (name.endsWith('.gz') ? gunzipSync(readFileSync(name)) : readFileSync(name)));
    const isOf = (bytes: Buffer, { offset, headBytes, headHash, markerHash }: FileRead): boolean =>
      bytes.length >= offset &&
      hashOf(bytes.subarray(0, headBytes)) === headHash &&
      hashOf(bytes.subarray(Math.max(0, offset - MARKER_BYTES), offset)) === markerHash;
    return files.some((read) => read.offset > 0 && contents.some((bytes) => isOf(bytes, read)));
  }

  #take(text: string): void {
    if (this.#pointer === undefined && this.#from?.isBehind === true) {
      const at = this.lines.findIndex((line) => line.text === text);
      expect({ text, isInRange: at >= this.#from.least && at <= this.#skipGone(this.#from.handedOver) }).toEqual({ text, isInRange: true });
      this.#pointer = at;
    }
    const at = this.#pointer ?? this.#first();
    // What is left of files that are gone may come after what followed them.
    if (this.lines.slice(0, at).some((line) => line.isGone && line.text === text)) return;
    const line = this.lines[at]?.text === text ? at : this.#nextGiven(at, text);
    expect(text).toBe(this.lines[line]?.text ?? 'nothing, as all was handed over');
    this.#pointer = line + 1;
  }

  /** Lines that are gone may have been read all the same, the last one up to where reading had come. */
  #nextGiven(from: number, text: string): number {
    const after = this.#skipGone(from);
    const whole = this.lines.findIndex((line, i) => i >= from && i <= after && line.text === text);
    if (whole !== -1) return whole;
    const cut = this.lines.findIndex((line, i) => i >= from && i < after && line.text.startsWith(text));
    return cut === -1 ? after : this.#cut(cut, text);
  }

  #cut(i: number, text: string): number {
    this.lines[i] = { ...this.lines[i]!, text };
    return i;
  }

  async #poll(): Promise<boolean> {
    if (this.#isNew) this.#loseUnknown();
    const { sources } = await this.#tailer!.poll();
    const report = sources[0];
    this.#isHolding = undefined;
    if (report === undefined) return true;
    this.#isNew = false;
    this.#looked = this.#generation;
    const { place, atEnd } = report;
    if (atEnd && statSync(this.path, { throwIfNoEntry: false })?.size) this.#isHolding = this.#generation;
    const handedOver = this.#pointer ?? this.#first();
    const position = this.#tailer!.positions()[0];
    const isBehind = place.file < (position?.files.at(-1)?.file ?? 0) || (this.#pointer === undefined && this.#from?.isBehind === true);
    const before = this.#seen.at(-1);
    expect(before === undefined || place.file > before.at.file || (place.file === before.at.file && place.offset >= before.at.offset)).toBe(
      true,
    );
    const least = isBehind ? (before?.least ?? this.#first()) : handedOver;
    this.#seen.push({ position, at: place, handedOver, isBehind, least });
    return atEnd;
  }

  /** Some place that was reported in this life, with the positions of now. */
  #save(n: number): void {
    const seen = this.#seen[this.#seen.length - 1 - (n % Math.max(1, this.#seen.length))];
    if (seen === undefined) return;
    if (n % 2 === 0) this.#tailer!.release(this.path, seen.at.file);
    this.#seen = this.#seen.slice(this.#seen.indexOf(seen));
    const position = this.#tailer!.positions()[0];
    this.#saved = JSON.parse(JSON.stringify({ ...seen, position })) as Saved;
  }

  async #drain(): Promise<void> {
    for (let quiet = 0, i = 0; quiet < 3; i++) {
      if (i > 3000) throw new Error('it never came to the end');
      quiet = (await this.#poll()) ? quiet + 1 : 0;
      if (quiet > 0) this.#now += 601_000;
    }
  }
}

const HISTORIES = sized({ fast: 200, long: 5000 }, 'NOVASPAN_HISTORIES');
const SEED = Number(process.env['NOVASPAN_SEED'] ?? 20_261_121);

describe.each(Array.from({ length: 10 }, (_, i) => SEED + i))(`${HISTORIES / 10} histories of seed %i`, (seed) => {
  it('no line is lost, repeated in one life or out of order, whatever happens to the files and the reader', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async ({ ops, ...options }) => {
        const history = new History(options);
        try {
          await history.play(ops);
        } finally {
          await history.end();
        }
      }),
      { numRuns: HISTORIES / 10, seed },
    );
  });
});
