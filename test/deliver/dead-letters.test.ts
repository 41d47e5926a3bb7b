import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeadLetters, deadLetterFiles, deadLetterFolder, readDeadLetter } from '../../src/deliver/dead-letters.js';
import { createOtlpHttpExporter } from '../../src/export/otlp-http.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { oneSpan } from '../export/support.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'novaspan-dead-letter-')), 'state', 'dead-letter');
});
afterEach(() => rmSync(join(folder, '..', '..'), { recursive: true }));

const WHY = { reason: 'http://b/v1/traces answered 400: the backend cannot read this trace', at: '2026-11-21T03:00:00.000Z', status: 400 };
const document = createOtlpHttpExporter({ url: 'http://127.0.0.1:1/v1/traces' }).document!;

const numbered = (n: number): FinishedTrace => {
  const traceId = n.toString(16).padStart(32, '0');
  return { ...oneSpan, traceId, spans: oneSpan.spans.map((span) => ({ ...span, traceId })) };
};
const keep = (setAside: DeadLetters, trace: FinishedTrace) => setAside.keep(trace, document(trace), WHY);
const names = () => readdirSync(folder).sort();

describe('the folder of dead letters', () => {
  it('has a file for each trace: one line, with why and when, and the request as it was sent', async () => {
    expect(await keep(new DeadLetters(folder), oneSpan)).toBe('kept');
    expect(names()).toEqual(['0123456789abcdef0123456789abcdef-0123456789abcdef.json']);
    const text = readFileSync(join(folder, names()[0]!), 'utf8');
    expect(text).toBe(`${JSON.stringify(WHY).slice(0, -1)},"trace":${document(oneSpan)}}\n`);
    expect(readDeadLetter(text)).toEqual({ reason: WHY.reason, document: document(oneSpan) });
  });

  it('is for the eyes of its owner', async () => {
    await keep(new DeadLetters(folder), oneSpan);
    expect([statSync(folder).mode & 0o777, statSync(join(folder, names()[0]!)).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('has one file for a trace that is refused twice', async () => {
    const setAside = new DeadLetters(folder, { limitFiles: 1 });
    expect([
      await keep(setAside, oneSpan),
      await keep(setAside, oneSpan),
      await keep(new DeadLetters(folder, { limitFiles: 1 }), oneSpan),
    ]).toEqual(['kept', 'kept', 'kept']);
    expect(names()).toHaveLength(1);
  });

  it('tells the parts of one trace apart', async () => {
    const [span] = oneSpan.spans;
    const part = { ...oneSpan, form: 'fragment' as const, spans: [{ ...span!, parentSpanId: span!.spanId, spanId: 'f'.repeat(16) }] };
    const setAside = new DeadLetters(folder);
    await keep(setAside, oneSpan);
    await keep(setAside, part);
    expect(names()).toHaveLength(2);
  });

  it('keeps the oldest when it has all the files it may, also after a restart, and has room again when one was sent', async () => {
    const setAside = new DeadLetters(folder, { limitFiles: 2 });
    expect([await keep(setAside, numbered(1)), await keep(setAside, numbered(2)), await keep(setAside, numbered(3))]).toEqual([
      'kept',
      'kept',
      'full',
    ]);
    expect(await keep(new DeadLetters(folder, { limitFiles: 2 }), numbered(3))).toBe('full');
    rmSync(join(folder, names()[0]!));
    expect(await keep(setAside, numbered(3))).toBe('kept');
    expect(names().map((name) => name.slice(31, 32))).toEqual(['2', '3']);
  });

  it('keeps the oldest when it has all the bytes it may', async () => {
    const size = JSON.stringify(WHY).length + document(oneSpan).length + '"trace":,'.length + 1;
    const setAside = new DeadLetters(folder, { limitBytes: 2 * size });
    expect([await keep(setAside, numbered(1)), await keep(setAside, numbered(2)), await keep(setAside, numbered(3))]).toEqual([
      'kept',
      'kept',
      'full',
    ]);
    const total = names().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(total).toBe(2 * size);
  });

  it('clears away what a process left that was killed while it wrote, and leaves strangers alone', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'abc-def.json.new'), '{"reas');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await keep(new DeadLetters(folder), oneSpan);
    expect(names()).toEqual(['0123456789abcdef0123456789abcdef-0123456789abcdef.json', 'notes.txt']);
    expect((await deadLetterFiles(folder)).map((path) => path.slice(folder.length + 1))).toEqual([names()[0]]);
  });

  it('that cannot be made says why, and works as soon as it can', async () => {
    const parent = join(folder, '..');
    writeFileSync(parent, 'a file, where a folder should be');
    const setAside = new DeadLetters(folder);
    await expect(keep(setAside, oneSpan)).rejects.toThrow(/ENOTDIR|EEXIST/);
    rmSync(parent);
    expect(await keep(setAside, oneSpan)).toBe('kept');
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written says why', async () => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o500);
    await expect(keep(new DeadLetters(folder), oneSpan)).rejects.toThrow(/EACCES/);
    chmodSync(folder, 0o700);
  });

  it('that is not there holds no files', async () => {
    expect(await deadLetterFiles(folder)).toEqual([]);
  });

  it.each(['', '{"reas', '[]', '{"reason":"x"}', 'null'])('a file that holds %j is not read as one of its own', (text) => {
    expect(() => readDeadLetter(text)).toThrow();
  });
});

it('the folder of version 0.1 gets its new name, unless there is one', () => {
  const state = join(folder, '..');
  mkdirSync(join(state, 'set-aside'), { recursive: true });
  writeFileSync(join(state, 'set-aside', 'a.json'), '{}');
  expect(deadLetterFolder(state)).toBe(join(state, 'dead-letter'));
  expect(readdirSync(state)).toEqual(['dead-letter']);
  mkdirSync(join(state, 'set-aside'));
  deadLetterFolder(state);
  expect(readdirSync(state).sort()).toEqual(['dead-letter', 'set-aside']);
});
