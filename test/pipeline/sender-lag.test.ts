import { describe, expect, it } from 'vitest';
import { Watermark } from '../../src/correlate/watermark.js';
import { hours, minutes, seconds } from '../../src/model/time.js';
import { SenderLag } from '../../src/pipeline/sender-lag.js';

const DELAY = seconds(30);
const NOW = Date.UTC(2026, 10, 21, 2);
const isComing = (arrival: SenderLag, now: number): boolean => arrival.at(now).isComing;

describe('more lines of a log that is sent', () => {
  it('may come until it has been silent for the delay', () => {
    const arrival = new SenderLag(DELAY, NOW);
    expect(isComing(arrival, NOW + seconds(29))).toBe(true);
    expect(isComing(arrival, NOW + seconds(30))).toBe(false);
    arrival.received(NOW + seconds(38), NOW + seconds(40));
    expect(isComing(arrival, NOW + seconds(69))).toBe(true);
    expect(isComing(arrival, NOW + seconds(70))).toBe(false);
  });

  it('may come as long as an outage is being made up for', () => {
    const arrival = new SenderLag(DELAY, NOW);
    // An hour was missed; ten seconds of it come in each.
    for (let s = 0; s < 360; s++) {
      arrival.received(NOW - hours(1) + seconds(10 * s), NOW + seconds(s));
      expect(isComing(arrival, NOW + seconds(s))).toBe(true);
    }
  });

  it('are not waited for where they are always as old: that is a wrong zone', () => {
    const arrival = new SenderLag(DELAY, NOW);
    for (let s = 0; s <= 600; s += 5) {
      arrival.received(NOW + seconds(s) - hours(9), NOW + seconds(s));
      expect(isComing(arrival, NOW + seconds(s))).toBe(s < 30);
    }
  });

  it('are waited for again when the zone is right, and when a new outage is made up for', () => {
    const arrival = new SenderLag(DELAY, NOW);
    for (let s = 0; s <= 60; s += 5) arrival.received(NOW + seconds(s) - hours(9), NOW + seconds(s));
    expect(isComing(arrival, NOW + seconds(60))).toBe(false);
    arrival.received(NOW + seconds(65), NOW + seconds(65));
    expect(isComing(arrival, NOW + seconds(65))).toBe(true);
    arrival.received(NOW + minutes(5), NOW + hours(1));
    expect(isComing(arrival, NOW + hours(1))).toBe(true);
  });

  it('without any time say nothing', () => {
    const arrival = new SenderLag(DELAY, NOW);
    arrival.received(undefined, NOW);
    expect(isComing(arrival, NOW)).toBe(true);
  });
});

describe('the watermark of logs that are sent', () => {
  const sent = (isComing: boolean) => ({ delay: DELAY, isComing });

  it('stays the delay behind the clock, whatever has come', () => {
    const watermark = new Watermark();
    watermark.observe('sent', { newest: NOW - seconds(1), atEnd: true, live: true, sent: sent(true) });
    watermark.observe('file', { newest: NOW, atEnd: true, live: true });
    expect(watermark.at(NOW)).toBe(NOW - DELAY);
    watermark.observe('sent', { newest: NOW - hours(1), atEnd: true, live: true, sent: sent(false) });
    expect(watermark.at(NOW + seconds(5))).toBe(NOW + seconds(5) - DELAY);
  });

  it('does not go on past what has come while more may come, or is there unread', () => {
    for (const [atEnd, isComing] of [
      [true, true],
      [false, true],
      [false, false],
    ] as const) {
      const watermark = new Watermark();
      watermark.observe('sent', { newest: NOW - hours(1), atEnd, live: true, sent: sent(isComing) });
      expect(watermark.at(NOW)).toBe(NOW - hours(1));
    }
  });

  it('is not held by lines that have no time', () => {
    const watermark = new Watermark();
    watermark.observe('sent', { newest: undefined, atEnd: true, live: true, sent: sent(true) });
    expect(watermark.at(NOW)).toBe(NOW - DELAY);
  });
});
