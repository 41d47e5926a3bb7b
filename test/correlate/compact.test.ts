import { describe, expect, it } from 'vitest';
import { Compactor } from '../../src/correlate/compact.js';
import { EventStore } from '../../src/correlate/store.js';
import { atTime, type Event } from '../../src/lifecycle/event.js';

const EVENT: Event = {
  kind: 'instance.built',
  fields: { seconds: 15.59, instance: '2f1ae1b9-64e5-4c1b-9e7e-7ff0e1f3b7d4' },
  text: 'Took 15.59 seconds to build instance.',
  at: 1_795_225_829_000.125,
  level: 'INFO',
  logger: 'nova.compute.manager',
  pid: 7,
  requestId: 'req-68a66cea-61af-4489-a39a-71c24e1e5609',
  globalRequestId: undefined,
  twoIds: true,
  userId: 'ad53',
  projectId: undefined,
  service: 'nova-compute',
  host: 'vm',
  instance: '2f1ae1b9-64e5-4c1b-9e7e-7ff0e1f3b7d4',
  origin: { path: '/var/log/nova/nova-compute.log', file: 1, offset: 4711 },
  detail: [],
};

/** Reads so many others that nothing of the event is kept but its line. */
function kept(event: Event): Event {
  const compact = new Compactor();
  const made = compact.of(event);
  for (let i = 0; i < 1000; i++) compact.of({ ...EVENT, at: i });
  return atTime(made.at, made);
}

const whole = (event: Event): Event => atTime(event.at, event);

describe('Compactor', () => {
  it('gives all of an event to a checkpoint, also when the store keeps it', () => {
    const made = new Compactor().of(EVENT);
    new EventStore().add(made);
    expect(JSON.parse(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify(EVENT)));
  });

  it.each<[string, Partial<Event>]>([
    ['numbers and texts, shown and not', {}],
    ['no field', { fields: {}, text: 'Instance destroyed' }],
    ['a secret that is not shown', { text: 'GET /servers?… took 15.59 …', fields: { query: '?…', other: 'not … shown' } }],
    ['a text that is no byte a character', { text: 'Took 15.59 \u4e16 \ud83d\ude00', fields: { name: '\u4e16' } }],
    ['a byte that stands for a secret elsewhere', { text: 'a \x85 b', fields: { name: '\x85' } }],
    ['a field beyond bytes', { fields: { name: 'r\u00e9sum\u00e9', other: '\u4e16' } }],
    ['lists', { fields: { ports: [{ port: 'p', mac: 'fa:16:3e:00:00:01' }], instances: ['a', 'b'] } }],
    ['numbers of any size', { fields: { a: 0, b: -1.5, c: 1e21, d: 5e-324, e: 2 ** 53 } }],
    ['an empty text', { fields: { name: '' }, text: '' }],
    ['a text as long as any', { fields: { name: 'x'.repeat(70_000) }, text: 'y'.repeat(70_000) }],
    ['a text that just fits', { fields: { name: 'z' }, text: 'y'.repeat(65_535 - 4) }],
    [
      'a value that stands in the text twice',
      { fields: { id: 'aaaa-bbbb-cccc', n: 1 }, text: 'aaaa-bbbb-cccc is 1 of 11 of aaaa-bbbb-cccc' },
    ],
    ['a value that is a part of another', { fields: { short: 'bbb', long: 'a-bbb-c' }, text: 'bbb a-bbb-c $& bbb' }],
    [
      'the ids of the event itself',
      { fields: { server: EVENT.instance!, by: EVENT.requestId! }, text: `${EVENT.requestId} of ${EVENT.instance}` },
    ],
    [
      'more values than there are marks',
      { fields: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, `v${i}.`])), text: 'v39. v0.' },
    ],
    ['a control character', { text: 'a \x01 15.59' }],
    ['where a line stands', { origin: { path: 'p', file: 0, offset: 0, name: 'p.1', line: 3, serial: { thread: 'handler1', number: 9 } } }],
    ['a traceback', { level: 'ERROR', detail: ['Traceback (most recent call last):'] }],
    ["uWSGI's rough time", { isRough: true, stated: 12 }],
  ])('says of an event what the event says: %s', (_, more) => {
    const event: Event = { ...EVENT, ...more };
    expect(kept(event)).toEqual(whole(event));
    expect(Object.keys(kept(event).fields)).toEqual(Object.keys(event.fields));
  });

  it('keeps what each line says where a kind has more wordings than are shared', () => {
    const { of } = new Compactor();
    const texts = Array.from({ length: 200 }, (_, i) => `Took 15.59 seconds to build ${'x'.repeat(i)}.`);
    const made = texts.map((text) => of({ ...EVENT, text }));
    for (let i = 0; i < 1000; i++) of(EVENT);
    expect(made.map(({ text }) => text)).toEqual(texts);
  });

  it('shows the lines of a traceback that come later', () => {
    const event: Event = { ...EVENT, level: 'ERROR', detail: [] };
    const made = new Compactor().of(event);
    event.detail.push('Traceback (most recent call last):');
    expect(made.detail).toEqual(['Traceback (most recent call last):']);
  });

  it('tells contexts of one request apart', () => {
    const { of } = new Compactor();
    const made = ['a', 'b', 'a'].map((userId) => of({ ...EVENT, userId }));
    expect(made.map(({ userId }) => userId)).toEqual(['a', 'b', 'a']);
  });
});
