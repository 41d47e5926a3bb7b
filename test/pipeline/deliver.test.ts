import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Exporter, ExportResult } from '../../src/export/exporter.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { Delivery } from '../../src/pipeline/deliver.js';
import { createLog } from '../../src/telemetry/log.js';
import { counting } from '../support/scenario.js';
import { StandingClock, settled } from './clock.js';

const DELIVERED: ExportResult = { outcome: 'delivered', rejected: 0 };
const trace = (traceId: string): FinishedTrace => ({ traceId, form: 'action', instance: 'U', request: 'A', action: 'create', spans: [] });

/** A backend that says what it is told to: each answer is asked for when a trace is sent. */
function delivering(answer: (traceId: string, attempt: number) => ExportResult | Promise<ExportResult>, limit = 100) {
  const sent: string[] = [];
  const said: { level: string; msg: string }[] = [];
  const clock = new StandingClock();
  const { count, counted } = counting();
  let isShut = false;
  const exporter: Exporter = {
    export: async ({ traceId }) => {
      sent.push(traceId);
      return answer(traceId, sent.filter((each) => each === traceId).length);
    },
    shutdown: async () => {
      isShut = true;
    },
  };
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      for (const line of String(chunk).trim().split('\n')) said.push(JSON.parse(line));
      done();
    },
  });
  const delivery = new Delivery({ exporter, limit, clock, count, log: createLog(stream) });
  return { delivery, sent, said, clock, counted, isShut: () => isShut };
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
    const { delivery } = delivering(() => new Promise((resolve) => answers.push(resolve)), 2);
    expect(delivery.isFull).toBe(false);
    delivery.offer([trace('a'), trace('b')]);
    await settled();
    expect(delivery.isFull).toBe(true);
    answers[0]!(DELIVERED);
    await settled();
    expect(delivery.isFull).toBe(false);
  });

  it('gives up a trace that the backend will never take, counts it, and goes on', async () => {
    const { delivery, sent, said, counted } = delivering((id) =>
      id === 'b' ? { outcome: 'refused', about: 'trace', reason: 'too large' } : DELIVERED,
    );
    delivery.offer([trace('a'), trace('b'), trace('c')]);
    await settled();
    expect([sent, delivery.waiting, counted]).toEqual([['a', 'b', 'c'], 0, { traces_refused: 1 }]);
    expect(said).toMatchObject([{ level: 'error', traceId: 'b', reason: 'too large' }]);
  });

  it('counts spans that the backend rejected, and passes the trace', async () => {
    const { delivery, said, counted } = delivering(() => ({ outcome: 'delivered', rejected: 3, message: 'too old' }));
    delivery.offer([trace('a')]);
    await settled();
    expect([delivery.waiting, counted]).toEqual([0, { spans_rejected: 3 }]);
    expect(said).toMatchObject([{ level: 'warn', rejected: 3, message: 'too old' }]);
  });

  it('holds everything while the settings are wrong, says so once, and says when it is mended', async () => {
    const { delivery, sent, said, clock } = delivering((_id, attempt) =>
      attempt <= 3 ? { outcome: 'refused', about: 'settings', reason: 'wrong credentials' } : DELIVERED,
    );
    delivery.offer([trace('a'), trace('b')]);
    await settled();
    for (let i = 0; i < 2; i++) await clock.pass(30_000);
    expect([sent, delivery.waiting]).toEqual([['a', 'a', 'a'], 2]);
    expect(said.map(({ level }) => level)).toEqual(['error']);
    await clock.pass(29_999);
    expect(sent).toHaveLength(3);
    await clock.pass(1);
    // 'b' is refused three times, too: it is another fault then.
    expect(sent.slice(0, 5)).toEqual(['a', 'a', 'a', 'a', 'b']);
    expect(said.map(({ msg }) => msg)).toEqual([
      'the backend refuses everything: traces wait until that is mended',
      'the backend takes traces again',
      'the backend refuses everything: traces wait until that is mended',
    ]);
  });

  it('says another reason when there is one', async () => {
    const { delivery, said, clock } = delivering((_id, attempt) => ({
      outcome: 'refused',
      about: 'settings',
      reason: attempt < 3 ? 'first' : 'second',
    }));
    delivery.offer([trace('a')]);
    for (let i = 0; i < 4; i++) await clock.pass(30_000);
    expect(said).toMatchObject([{ reason: 'first' }, { reason: 'second' }]);
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
    const { delivery, sent, clock, isShut } = delivering(() => new Promise(() => undefined));
    delivery.offer([trace('a'), trace('b')]);
    let left: number | undefined;
    void delivery.drain(5000).then((count) => {
      left = count;
    });
    await clock.pass(4999);
    expect(left).toBeUndefined();
    await clock.pass(1);
    expect([left, sent, isShut()]).toEqual([2, ['a'], true]);
  });

  it('stops waiting for settings when it is drained', async () => {
    const { delivery, sent, clock } = delivering(() => ({ outcome: 'refused', about: 'settings', reason: 'wrong' }));
    delivery.offer([trace('a')]);
    await settled();
    let left: number | undefined;
    void delivery.drain(5000).then((count) => {
      left = count;
    });
    await clock.pass(5000);
    await settled();
    expect([left, sent, clock.sleeping]).toEqual([1, ['a'], 0]);
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
