import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createZone } from '../../src/format/zone.js';
import type { Event } from '../../src/lifecycle/event.js';
import { skimmer } from '../../src/read/skim/skimmer.js';
import { openSource } from '../../src/read/source.js';
import { createLineSplitter } from '../../src/tail/lines.js';
import { linesFrom } from '../fuzz/way.js';
import { A, at, nova, oslo, U } from '../support/lines.js';
import { counting } from '../support/scenario.js';

const GOLDEN = new URL('../golden/', import.meta.url).pathname;

interface Read {
  readonly events: readonly Event[];
  readonly counted: Record<string, number>;
  readonly newest: number | undefined;
  /** the lines that were not skipped */
  readonly given: number;
}

/** Reads a log in pieces; `inPlace` as a replay does, in the skimmer's own memory, and `laterInPlace` not from its beginning on. */
function read(name: string, log: Buffer, how: 'line by line' | 'copied' | 'inPlace' | 'laterInPlace', piece = 4096): Read {
  const events: Event[] = [];
  const { count, counted } = counting();
  let given = 0;
  const source = openSource({
    path: name,
    form: 'plain',
    isNamed: true,
    anyHost: 'vm',
    zone: () => createZone('Asia/Seoul'),
    latest: () => at(60),
    count,
    onEvent: (event) => events.push(event),
  })!;
  const splitter = createLineSplitter({
    sink: (...line) => {
      given++;
      source.line(...line);
    },
    count,
    skimmer:
      how === 'line by line'
        ? undefined
        : { begin: () => skimmer()!.begin(), skim: (bytes, start, offset) => source.skim(bytes, start, offset, 0) },
  });
  const { room } = skimmer()!;
  const size = Math.min(piece, how === 'laterInPlace' ? room.length - 7 : piece);
  for (let offset = 0; offset < log.length; offset += size) {
    const bytes = log.subarray(offset, offset + size);
    if (how === 'inPlace') splitter.push(room.subarray(0, bytes.copy(room)), offset);
    else if (how === 'laterInPlace') splitter.push(room.subarray(7, 7 + bytes.copy(room, 7)), offset);
    else splitter.push(bytes, offset);
    source.flushCounts();
  }
  splitter.end();
  source.end();
  return { events, counted, newest: source.newest, given };
}

/** Reads a log in all ways, which must give the same. @returns how many lines were not skipped */
function readAlike(name: string, log: Buffer, piece?: number): number {
  const { given: all, ...expected } = read(name, log, 'line by line', piece);
  const { given, ...copied } = read(name, log, 'copied', piece);
  const { given: _, ...inPlace } = read(name, log, 'inPlace', piece);
  expect(copied, name).toEqual(expected);
  expect(inPlace, name).toEqual(expected);
  const { given: __, ...laterInPlace } = read(name, log, 'laterInPlace', piece);
  expect(laterInPlace, name).toEqual(expected);
  return given / Math.max(all, 1);
}

const BUILT = 'Took 1.00 seconds to build instance.';
const idle = (second: number): string => nova(second, BUILT).replace(BUILT, 'Nothing to do here');
const logOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''));

describe('skipping lines that nobody needs', () => {
  it('changes nothing of what is read from recorded logs', () => {
    for (const folder of readdirSync(GOLDEN).filter((name) => /^(?:create|resize|live-migration).*-(?:debug|info)$/.test(name)))
      for (const file of readdirSync(join(GOLDEN, folder)).filter((file) => /^nova|^neutron|^placement|^glance/.test(file)))
        readAlike(file, readFileSync(join(GOLDEN, folder, file)), 8192);
  });

  it('changes nothing of what is read from lines that something has happened to', () => {
    const logs = new Map<string, Buffer[]>();
    for (const { service, bytes } of linesFrom(7, 30_000, 3_600_000))
      logs.set(service, [...(logs.get(service)?.slice(-4000) ?? []), bytes, Buffer.from('\n')]);
    for (const [service, lines] of logs) readAlike(`${service}@vm.log`, Buffer.concat(lines), 50_000);
  });

  it('leaves out nearly all lines of a log on which nothing happens', () => {
    expect(readAlike('nova-compute.log', logOf(Array.from({ length: 2000 }, (_, i) => idle(i / 20))), 1 << 18)).toBeLessThan(0.01);
  });

  it('is not fooled by what differs in a few bytes from a line that is skipped', () => {
    const line = idle(1);
    const lines = [line];
    const marks = ['', ' ', '\t', '\r', '\x1b[0m', '[', ']', '] ', 'm', '9', ':', '-', 'é', '\0', '[instance: ', '\n'];
    for (let i = 0; i <= line.length; i++)
      for (const mark of marks)
        lines.push(line, line.slice(0, i) + mark + line.slice(i), line.slice(0, i) + mark + line.slice(i + mark.length));
    readAlike('nova-compute.log', logOf(lines), 60_000);
  });

  it('knows the times of lines: across quarters and hours, back, and far ahead', () => {
    const seconds = [
      0, 1, 899.999, 900, 3599.999, 3600, 3600.5, 3000, 2000, 6000, 3601, 3602, 90_000, 90_001, 4000, 4001, 4599, 5200, 5201, 5202,
    ];
    const line = (second: number): string => oslo('nova-compute', second, BUILT, { request: A, instance: U });
    readAlike('nova-compute.log', logOf(seconds.flatMap((second) => [idle(second), idle(second), line(second), idle(second + 0.001)])));
    // A damaged year: a time before 1970.
    readAlike('nova-compute.log', logOf([idle(2).replace('2026', '2 26'), idle(3), line(4), idle(5)]));
    readAlike('nova-compute.log', logOf(seconds.flatMap((second) => [idle(second).replace(/(\.\d{3}) /, '$1123 '), idle(second)])));
  });

  it('tells lines of users from those of periodic tasks', () => {
    const wanted = (context: string): string =>
      `2026-11-21 03:00:01.000 7 DEBUG oslo_concurrency.lockutils [${context}] Lock "compute_resources" acquired by "nova.compute.resource_tracker.ResourceTracker.instance_claim" :: waited 2.500s inner /usr/lib/lockutils.py:402`;
    const request = 'req-617286f3-777b-4154-9416-c36c7defc2f9';
    const contexts = [
      '-',
      'None - - -',
      `None ${request} - - - -`,
      `None ${request} user project - -`,
      `${request} - - -`,
      `${request} user p -`,
    ];
    const pairs = [
      `${request} ${request} - - -`,
      `${request} ${request} user - -`,
      `None ${request}`,
      `${request}`,
      `None ${request} -`,
      `None req-é -`,
    ];
    readAlike('nova-compute.log', logOf([...contexts, ...pairs].flatMap((context) => [wanted(context), wanted(context)])));
  });

  it('skips what stands under a skipped record, and keeps what stands under a failure', () => {
    const under = [
      '  <disk type="file">',
      '</disk>',
      '\tat 12:30',
      '   2026-11-21 03:00:01.500 7 INFO nova [-] quoted',
      '  \x1b[0m',
      '',
      '  a:b:c',
    ];
    const failed = idle(2).replace(' INFO ', ' ERROR ').replace('Nothing to do here', 'Instance failed to spawn');
    readAlike('nova-compute.log', logOf([idle(1), ...under, BUILT, nova(1, BUILT), ...under, failed, ...under, idle(3), ...under]));
    const log = logOf(Array.from({ length: 1000 }, (_, i) => (i % 100 === 50 ? idle(i) : '  <a/>')));
    expect(readAlike('nova-compute.log', log, log.length)).toBeLessThan(0.1);
  });

  it('takes pieces that are longer than its room', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => (i % 50 === 0 ? nova(i / 100, BUILT) : idle(i / 100)));
    const log = logOf(lines);
    const { given: _, ...expected } = read('nova-compute.log', log, 'line by line', log.length);
    const { given, ...copied } = read('nova-compute.log', log, 'copied', log.length);
    expect(copied).toEqual(expected);
    expect(given).toBeLessThan(100);
  });
});
