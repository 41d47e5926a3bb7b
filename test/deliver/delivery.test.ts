import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { DeadLetters, Refusal } from '../../src/deliver/dead-letters.js';
import { Delivery, type DeliveryOptions } from '../../src/deliver/delivery.js';
import type { QueuedTrace } from '../../src/deliver/queued-trace.js';
import type { Exporter, ExportResult } from '../../src/export/exporter.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { createLog } from '../../src/telemetry/log.js';
import { oneSpan } from '../export/support.js';
import { StandingClock, settled } from '../support/clock.js';
import { counting } from '../support/scenario.js';

const DELIVERED: ExportResult = { outcome: 'delivered', rejected: 0 };
const BUSY: ExportResult = { outcome: 'retryable', reason: 'http://b answered 503' };
const CRASH: ExportResult = { outcome: 'retryable', reason: 'http://b answered 500', isDoubtful: true };
const TOO_LARGE: ExportResult = { outcome: 'refused', about: 'trace', reason: 'too large', status: 413 };
const WRONG: ExportResult = { outcome: 'refused', about: 'settings', reason: 'wrong credentials' };

interface Sent extends QueuedTrace {
  readonly from: number;
}

const trace = (traceId: string, from = 0): Sent => ({
  from,
  trace: { traceId, form: 'action', instance: 'U', request: 'A', action: 'create', spans: [] },
});

type Answer = (traceId: string, attempt: number) => ExportResult | Promise<ExportResult>;

/** A backend that says what it is told to: each answer is asked for when a trace is sent. Chance always takes the longest wait. */
function delivering(answer: Answer, { limit = 100, ...options }: Partial<DeliveryOptions<Sent>> = {}) {
  const sent: string[] = [];
  const said: { level: string; msg: string; [fact: string]: unknown }[] = [];
  const done: string[] = [];
  const clock = new StandingClock();
  const { count, counted } = counting();
  let isShut = false;
  const exporter: Exporter = {
    export: async ({ traceId }) => {
      sent.push(traceId);
      return answer(traceId, sent.filter((each) => each === traceId).length);
    },
    document: ({ traceId }) => JSON.stringify({ resourceSpans: [], traceId }),
    shutdown: async () => {
      isShut = true;
    },
  };
  const stream = new Writable({
    write: (chunk, _encoding, end) => {
      for (const line of String(chunk).trim().split('\n')) said.push(JSON.parse(line));
      end();
    },
  });
  const delivery = new Delivery<Sent>({
    exporter,
    limit,
    clock,
    count,
    log: createLog(stream),
    onSettled: ({ trace: { traceId } }, how) => done.push(`${traceId} ${how}`),
    random: () => 1,
    ...options,
  });
  return { delivery, sent, said, done, clock, counted, isShut: () => isShut };
}

/** What a promise gave, once it has. */
function drained(promise: Promise<number>): () => number | undefined {
  let left: number | undefined;
  void promise.then((count) => {
    left = count;
  });
  return () => left;
}

/** A folder that answers as it is told, in place of a disk. */
function folderThat(keep: (traceId: string) => 'kept' | 'full') {
  const kept: { traceId: string; document: string; reason: string; status: number | undefined }[] = [];
  const deadLetters = {
    folder: '/state/dead-letter',
    keep: async ({ traceId }: FinishedTrace, document: string, { reason, status }: Refusal) => {
      const how = keep(traceId);
      if (how === 'kept') kept.push({ traceId, document, reason, status });
      return how;
    },
  } as unknown as DeadLetters;
  return { deadLetters, kept };
}

describe('delivery', () => {
  it('sends traces one at a time, in their order', async () => {
    const answers: ((result: ExportResult) => void)[] = [];
    const { delivery, sent } = delivering(() => new Promise((resolve) => answers.push(resolve)));
    delivery.offer([trace('a'), trace('b')]);
    delivery.offer([trace('c')]);
    await settled();
    expect([sent, delivery.waiting]).toEqual([['a'], 3]);
    for (let i = 0; i < 3; i++) {
      answers[i]!(DELIVERED);
      await settled();
    }
    expect([sent, delivery.waiting]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('says that it is full as long as it is', async () => {
    const answers: ((result: ExportResult) => void)[] = [];
    const { delivery } = delivering(() => new Promise((resolve) => answers.push(resolve)), { limit: 2 });
    expect(delivery.isFull).toBe(false);
    delivery.offer([trace('a'), trace('b')]);
    await settled();
    expect(delivery.isFull).toBe(true);
    answers[0]!(DELIVERED);
    await settled();
    expect(delivery.isFull).toBe(false);
  });

  it('is drained when nothing waits any more', async () => {
    const { delivery, clock, isShut } = delivering(() => DELIVERED);
    delivery.offer([trace('a'), trace('b')]);
    expect(await delivery.drain(5000)).toBe(0);
    expect([isShut(), clock.sleeping, clock.now()]).toEqual([true, 0, 0]);
  });

  it('without anything to do is drained at once', async () => {
    const { delivery, isShut } = delivering(() => DELIVERED);
    expect([await delivery.drain(5000), isShut()]).toEqual([0, true]);
  });

  it('drains no longer than it may, and says what is left', async () => {
    const { delivery, sent, done, clock, isShut } = delivering(() => new Promise(() => undefined));
    delivery.offer([trace('a'), trace('b')]);
    const left = drained(delivery.drain(5000));
    await clock.pass(4999);
    expect(left()).toBeUndefined();
    await clock.pass(1);
    expect([left(), sent, done, isShut()]).toEqual([2, ['a'], [], true]);
  });

  it('does not call done what is acknowledged when draining is over: it is sent again one day', async () => {
    let answer: (result: ExportResult) => void = () => undefined;
    const { delivery, done, clock } = delivering(() => new Promise((resolve) => (answer = resolve)));
    delivery.offer([trace('a')]);
    const left = drained(delivery.drain(5000));
    await clock.pass(5000);
    answer(DELIVERED);
    await settled();
    expect([left(), done, delivery.waiting]).toEqual([1, [], 1]);
  });

  it('asks a backend that was away once more, at once and then every second, before it stops', async () => {
    const { delivery, sent, clock } = delivering((_id, attempt) => (attempt <= 9 ? BUSY : DELIVERED));
    delivery.offer([trace('a')]);
    for (let i = 0; i < 40; i++) await clock.pass(1000);
    expect(sent).toHaveLength(7);
    const left = drained(delivery.drain(5000));
    await settled();
    expect([left(), sent.length]).toEqual([undefined, 8]);
    await clock.pass(1000);
    await clock.pass(1000);
    expect([left(), sent.length, clock.sleeping]).toEqual([0, 10, 0]);
  });

  it.each<[string, ExportResult]>([
    ['settings that only people mend', WRONG],
    ['a moment that the backend has named, and that is too late', { ...BUSY, retryInMs: 60_000 }],
  ])('does not wait in vain for %s', async (_, answer) => {
    const { delivery, sent, clock, isShut } = delivering(() => answer);
    delivery.offer([trace('a')]);
    await settled();
    const left = drained(delivery.drain(5000));
    await settled();
    expect([left(), sent, isShut(), clock.sleeping]).toEqual([1, ['a'], true, 0]);
  });

  // A turn lies between finding the queue empty and saying so: what is offered in it must not wait for the next offer.
  it('sends what is offered at any moment, also just as the queue ran empty', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { delivery, sent } = delivering(() => DELIVERED);
      delivery.offer([trace('a')]);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      delivery.offer([trace('b')]);
      await settled();
      expect(sent, `offered after ${turns} turns`).toEqual(['a', 'b']);
    }
  });

  it('drains what was offered at any moment, also just as the queue ran empty', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { delivery, sent } = delivering(() => DELIVERED);
      delivery.offer([trace('a')]);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      delivery.offer([trace('b')]);
      expect([await delivery.drain(5000), sent], `offered after ${turns} turns`).toEqual([0, ['a', 'b']]);
    }
  });
});

describe('a backend that is away', () => {
  it('is asked again without end, at growing intervals, and counts as down after five failures', async () => {
    const { delivery, sent, clock, counted } = delivering(() => BUSY);
    delivery.offer([trace('a'), trace('b')]);
    const attempts: number[] = [];
    const states: string[] = [];
    for (let at = 0; at <= 300; at += 0.5) {
      await (at === 0 ? settled() : clock.pass(500));
      if (sent.length > attempts.length) {
        attempts.push(at);
        states.push(`${delivery.backend} ${delivery.circuit}`);
      }
    }
    expect(attempts).toEqual([0, 0.5, 1.5, 3.5, 7.5, 17.5, 37.5, 77.5, 137.5, 197.5, 257.5]);
    expect(states).toEqual([...Array(4).fill('unknown closed'), ...Array(7).fill('down open')]);
    expect([new Set(sent), delivery.waiting, counted]).toEqual([new Set(['a']), 2, { exports_retried: 11 }]);
  });

  it('is told of once when it is down, every ten minutes while it lasts, and once when it is over', async () => {
    const { delivery, sent, said, clock } = delivering((_id, attempt) => (attempt <= 40 ? BUSY : DELIVERED));
    delivery.offer([trace('a'), trace('b', 5)]);
    await settled();
    while (sent.length < 41) await clock.pass(500);
    expect(said.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      ...Array(4).fill('error the backend cannot be reached: traces wait'),
      'info the backend accepts traces again',
    ]);
    expect(said[0]).toMatchObject({ reason: 'http://b answered 503', waiting: 2 });
    expect(said.at(-1)).toMatchObject({ waiting: 1, tookMs: clock.now() });
  });

  it('ends with a message of its own where the backend is back and refuses the trace', async () => {
    const refused: ExportResult = { outcome: 'refused', about: 'trace', reason: 'http://b answered 400: cannot read', status: 400 };
    const { delivery, said, clock, done } = delivering((id, attempt) => (attempt <= 6 ? BUSY : id === 'a' ? refused : DELIVERED), {
      deadLetters: folderThat(() => 'kept').deadLetters,
    });
    delivery.offer([trace('a'), trace('b')]);
    while (done.length < 2) await clock.pass(500);
    expect(said.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'error the backend cannot be reached: traces wait',
      'warn the backend can be reached again, and refuses this trace',
      'error the backend refused this trace for good: it is in the dead-letter folder, for `novaspan resend`',
    ]);
    expect(said[0]).toMatchObject({ reason: 'http://b answered 503' });
    expect(said.slice(1)).toMatchObject([
      { reason: 'http://b answered 400: cannot read' },
      { reason: 'http://b answered 400: cannot read' },
    ]);
  });

  it('is not told of when it is back after one failure', async () => {
    const { delivery, said, clock, done } = delivering((_id, attempt) => (attempt === 1 ? BUSY : DELIVERED));
    delivery.offer([trace('a'), trace('b')]);
    for (let i = 0; i < 4; i++) await clock.pass(500);
    expect([said, done]).toEqual([[], ['a delivered', 'b delivered']]);
  });

  it('is told of again for another reason, but not each time that two reasons take turns', async () => {
    const { delivery, said, clock } = delivering((_id, attempt) =>
      attempt % 2 === 0
        ? { ...BUSY, reason: `refused ${attempt}`, fault: 'refused' }
        : { ...BUSY, reason: `reset ${attempt}`, fault: 'reset' },
    );
    delivery.offer([trace('a')]);
    for (let i = 0; i < 590; i++) await clock.pass(1000);
    expect(said.map(({ reason }) => reason)).toEqual(['reset 5', 'refused 6']);
  });

  it('that comes and goes within a minute is told of once', async () => {
    const { delivery, said, clock } = delivering((_id, attempt) => (attempt === 1 ? { ...BUSY, retryInMs: 10_000 } : DELIVERED));
    for (let i = 0; i < 20; i++) {
      delivery.offer([trace(`${i}`)]);
      for (let s = 0; s < 25; s++) await clock.pass(1000);
    }
    expect(said.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  it('is asked no earlier than it wishes, and down from then on', async () => {
    const { delivery, sent, clock } = delivering((_id, attempt) => (attempt === 1 ? { ...BUSY, retryInMs: 3_000_000 } : DELIVERED));
    delivery.offer([trace('a')]);
    await settled();
    expect([delivery.backend, delivery.fault]).toEqual(['down', 'http://b answered 503']);
    await clock.pass(3_000_000);
    expect(sent).toHaveLength(1);
    await clock.pass(10_000);
    expect([sent.length, delivery.backend, delivery.lastSuccess, delivery.fault]).toEqual([2, 'up', 3_010_000, undefined]);
  });

  it('holds everything while the settings are wrong, says so once, and says when it is mended', async () => {
    const { delivery, sent, said, clock, counted } = delivering((_id, attempt) => (attempt <= 4 ? WRONG : DELIVERED));
    delivery.offer([trace('a')]);
    await settled();
    for (let i = 0; i < 129; i++) await clock.pass(1000);
    expect([sent.length, delivery.waiting, delivery.backend]).toEqual([4, 1, 'down']);
    await clock.pass(1000);
    expect([sent.length, delivery.waiting, delivery.backend]).toEqual([5, 0, 'up']);
    expect(said.map(({ msg }) => msg)).toEqual([
      'the backend refuses all traces: they wait until its settings are corrected',
      'the backend accepts traces again',
    ]);
    expect(counted).toEqual({ exports_retried: 4 });
  });
});

describe('the bound', () => {
  const large = (traceId: string, length: number): Sent => {
    const queued = trace(traceId);
    const [span] = oneSpan.spans;
    return { ...queued, trace: { ...queued.trace, spans: [{ ...span!, attributes: { text: 'x'.repeat(length) } }] } };
  };

  it('is one of memory as well, and reading goes on by itself', async () => {
    const answers: ((result: ExportResult) => void)[] = [];
    const { delivery } = delivering(() => new Promise((resolve) => answers.push(resolve)), { limitBytes: 10_000 });
    delivery.offer([large('a', 5000)]);
    expect(delivery.isFull).toBe(false);
    delivery.offer([large('b', 5000)]);
    expect([delivery.isFull, delivery.waitingBytes > 10_000, delivery.waitingBytes < 12_000]).toEqual([true, true, true]);
    await settled();
    answers[0]!(DELIVERED);
    await settled();
    answers[1]!(DELIVERED);
    await settled();
    expect([delivery.isFull, delivery.waitingBytes]).toEqual([false, 0]);
  });

  it('is 64 MiB unless it is told otherwise', () => {
    const { delivery } = delivering(() => new Promise(() => undefined));
    for (let i = 0; i < 63; i++) delivery.offer([large(`${i}`, 1024 * 1024)]);
    expect(delivery.isFull).toBe(false);
    delivery.offer([large('63', 1024 * 1024)]);
    expect(delivery.isFull).toBe(true);
  });

  it('does not hold up a trace that is larger than all of it', async () => {
    const { delivery, done } = delivering(() => DELIVERED, { limitBytes: 1000 });
    delivery.offer([large('a', 5000)]);
    await settled();
    expect([done, delivery.isFull]).toEqual([['a delivered'], false]);
  });

  it('the oldest moment that is still needed is that of all that waits', async () => {
    const answers: ((result: ExportResult) => void)[] = [];
    const { delivery } = delivering(() => new Promise((resolve) => answers.push(resolve)));
    expect(delivery.oldest).toBe(Number.POSITIVE_INFINITY);
    delivery.offer([trace('a', 7), trace('b', 3), trace('c', 5)]);
    await settled();
    const oldest = [delivery.oldest];
    for (let i = 0; i < 3; i++) {
      answers[i]!(DELIVERED);
      await settled();
      oldest.push(delivery.oldest);
    }
    expect(oldest).toEqual([3, 3, 5, Number.POSITIVE_INFINITY]);
  });
});

describe('a trace that the backend will never take', () => {
  it('is kept as a dead letter, counted and logged, and the next one is sent', async () => {
    const { deadLetters, kept } = folderThat(() => 'kept');
    const { delivery, said, done, counted } = delivering((id) => (id === 'b' ? TOO_LARGE : DELIVERED), { deadLetters });
    delivery.offer([trace('a'), trace('b'), trace('c')]);
    await settled();
    expect(done).toEqual(['a delivered', 'b dead-letter', 'c delivered']);
    expect(kept).toEqual([{ traceId: 'b', document: '{"resourceSpans":[],"traceId":"b"}', reason: 'too large', status: 413 }]);
    expect(counted).toEqual({ traces_refused: 1, traces_dead_lettered: 1 });
    expect(said).toMatchObject([{ level: 'error', traceId: 'b', reason: 'too large', folder: '/state/dead-letter' }]);
  });

  it('is done with when it is on the disk, not before', async () => {
    let written: (how: 'kept') => void = () => undefined;
    const deadLetters = { folder: '/f', keep: () => new Promise((resolve) => (written = resolve)) } as unknown as DeadLetters;
    const { delivery, done } = delivering(() => TOO_LARGE, { deadLetters });
    delivery.offer([trace('a', 4)]);
    await settled();
    expect([done, delivery.waiting, delivery.oldest]).toEqual([[], 1, 4]);
    written('kept');
    await settled();
    expect([done, delivery.waiting, delivery.oldest, delivery.waitingBytes]).toEqual([['a dead-letter'], 0, Number.POSITIVE_INFINITY, 0]);
  });

  it('is told of once a minute when there are many, with how many were not told of', async () => {
    const { deadLetters } = folderThat(() => 'kept');
    const { delivery, said, clock } = delivering(() => TOO_LARGE, { deadLetters });
    delivery.offer(Array.from({ length: 50 }, (_, i) => trace(`${i}`)));
    for (let i = 0; i < 20; i++) await settled();
    await clock.pass(60_000);
    delivery.offer([trace('last')]);
    await settled();
    expect(said).toMatchObject([{ traceId: '0' }, { traceId: 'last', notSaid: 49 }]);
  });

  it.each<[string, Partial<DeliveryOptions<Sent>>]>([
    ['there is no folder', {}],
    ['the folder is full', { deadLetters: folderThat(() => 'full').deadLetters }],
  ])('is lost where %s, with a line that names it', async (_, options) => {
    const { delivery, said, done, counted } = delivering((id) => (id === 'c' ? DELIVERED : TOO_LARGE), options);
    delivery.offer([trace('a'), trace('b'), trace('c')]);
    for (let i = 0; i < 5; i++) await settled();
    expect(done).toEqual(['a dropped', 'b dropped', 'c delivered']);
    expect(counted).toEqual({ traces_refused: 2, traces_dropped: 2 });
    expect(said).toMatchObject([
      { level: 'error', traceId: 'a' },
      { level: 'error', traceId: 'b' },
    ]);
  });

  it('waits in memory while the disk cannot be written; the others go on, and it is told of once', async () => {
    let isWritable = false;
    const { deadLetters, kept } = folderThat(() => {
      if (!isWritable) throw new Error('ENOSPC: no space left on device');
      return 'kept';
    });
    const { delivery, said, done, clock, counted } = delivering((id) => (id < 'c' ? TOO_LARGE : DELIVERED), { deadLetters });
    delivery.offer([trace('a', 1), trace('b', 2), trace('c', 3)]);
    await settled();
    expect([done, delivery.waiting, delivery.oldest]).toEqual([['c delivered'], 2, 1]);
    for (let i = 0; i < 19; i++) await clock.pass(30_000);
    expect(said).toMatchObject([{ level: 'error', cause: 'ENOSPC: no space left on device' }]);
    isWritable = true;
    await clock.pass(30_000);
    expect(done).toEqual(['c delivered', 'a dead-letter', 'b dead-letter']);
    expect([kept.length, delivery.waiting, delivery.waitingBytes, clock.sleeping]).toEqual([2, 0, 0, 0]);
    expect(said.at(-1)).toMatchObject({ level: 'info', msg: 'refused traces can be written to the dead-letter folder again' });
    expect(counted).toEqual({ traces_refused: 2, dead_letter_failures: 20, traces_dead_lettered: 2 });
  });

  it('fills the room where the disk cannot be written, so that reading pauses and nothing is lost', async () => {
    const { deadLetters } = folderThat(() => {
      throw new Error('EROFS: read-only file system');
    });
    const { delivery, done } = delivering(() => TOO_LARGE, { deadLetters, limit: 2 });
    delivery.offer([trace('a'), trace('b')]);
    await settled();
    expect([delivery.isFull, done]).toEqual([true, []]);
    expect([await delivery.drain(1000), done]).toEqual([2, []]);
  });
});

describe('a trace that fails where nobody says whose fault it is', () => {
  it('is kept as a dead letter when others are accepted and it is not', async () => {
    const { deadLetters, kept } = folderThat(() => 'kept');
    const { delivery, done, said, clock } = delivering((id) => (id === 'a' ? CRASH : DELIVERED), { deadLetters });
    delivery.offer(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => trace(id)));
    for (let i = 0; i < 120; i++) await clock.pass(1000);
    expect(done).toEqual(['b delivered', 'c delivered', 'd delivered', 'a dead-letter', 'e delivered', 'f delivered']);
    expect(kept).toMatchObject([{ traceId: 'a', reason: 'http://b answered 500' }]);
    expect(said.map(({ level }) => level)).toEqual(['error', 'info', 'error']);
  });

  it('is found among others that fail alike', async () => {
    const { deadLetters } = folderThat(() => 'kept');
    const { delivery, done, clock } = delivering((id) => (id < 'c' ? CRASH : DELIVERED), { deadLetters });
    delivery.offer(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'].map((id) => trace(id)));
    for (let i = 0; i < 600; i++) await clock.pass(1000);
    expect(done.filter((each) => each.endsWith('dead-letter'))).toEqual(['a dead-letter', 'b dead-letter']);
    expect(done).toHaveLength(11);
  });

  it('is not, where nothing is taken: then it is the backend', async () => {
    const { deadLetters, kept } = folderThat(() => 'kept');
    const { delivery, done, clock } = delivering((_id, attempt) => (attempt < 20 ? CRASH : DELIVERED), { deadLetters });
    delivery.offer(['a', 'b', 'c'].map((id) => trace(id)));
    for (let i = 0; i < 3600; i++) await clock.pass(1000);
    expect([kept, done.toSorted()]).toEqual([[], ['a delivered', 'b delivered', 'c delivered']]);
  });

  it('keeps its place where the backend says that it is busy', async () => {
    const { deadLetters } = folderThat(() => 'kept');
    const { delivery, done, clock } = delivering((id, attempt) => (id === 'a' && attempt < 20 ? BUSY : DELIVERED), { deadLetters });
    delivery.offer(['a', 'b'].map((id) => trace(id)));
    for (let i = 0; i < 1800; i++) await clock.pass(1000);
    expect(done).toEqual(['a delivered', 'b delivered']);
  });
});

describe('spans that the backend rejected', () => {
  it('are counted, and the trace is done with', async () => {
    const { delivery, said, done, counted } = delivering(() => ({ outcome: 'delivered', rejected: 3, message: 'too old' }));
    delivery.offer([trace('a')]);
    await settled();
    expect([done, counted]).toEqual([['a delivered'], { spans_rejected: 3 }]);
    expect(said).toMatchObject([{ level: 'warn', traceId: 'a', rejected: 3, message: 'too old' }]);
  });

  it('are told of once for each kind of message and minute', async () => {
    const { delivery, said, clock, counted } = delivering((id, _attempt) => ({
      outcome: 'delivered',
      rejected: 1,
      message: id < '5' ? `span ${id}7f3a is too old` : 'too long',
    }));
    delivery.offer(Array.from({ length: 10 }, (_, i) => trace(`${i}`)));
    await settled();
    await settled();
    await clock.pass(60_000);
    delivery.offer([trace('0')]);
    await settled();
    expect(said.map(({ message, notSaid }) => [message, notSaid])).toEqual([
      ['span 07f3a is too old', undefined],
      ['too long', undefined],
      ['span 07f3a is too old', 4],
    ]);
    expect(counted).toEqual({ spans_rejected: 11 });
  });

  it('a warning without any is told of as well', async () => {
    const { delivery, said, counted } = delivering(() => ({ outcome: 'delivered', rejected: 0, message: 'use gzip' }));
    delivery.offer([trace('a')]);
    await settled();
    expect([said, counted]).toMatchObject([[{ level: 'warn', message: 'use gzip' }], {}]);
  });
});
