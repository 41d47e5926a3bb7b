import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResumePoints } from '../../../src/pipeline/checkpoint/resume-points.js';
import type { Place } from '../../../src/tail/position.js';

const isBefore = (a: Place, b: Place): boolean => a.file < b.file || (a.file === b.file && a.offset < b.offset);

describe('the place to read again from', () => {
  it('has every line since a moment behind it, whatever the order of their times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ step: fc.integer({ min: -8000, max: 20_000 }), turns: fc.boolean() }), { minLength: 1, maxLength: 200 }),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }),
        (lines, pieces) => {
          const written: { at: number; place: Place }[] = [];
          let at = 1_000_000;
          let place: Place = { file: 0, offset: 0 };
          const marks = new ResumePoints(place);
          let newest = Number.NEGATIVE_INFINITY;
          let moment = Number.NEGATIVE_INFINITY;
          let piece = 0;
          for (const { step, turns } of lines) {
            at += step;
            if (turns) place = { file: place.file + 1, offset: 0 };
            written.push({ at, place });
            newest = Math.max(newest, at);
            place = { file: place.file, offset: place.offset + 100 };
            if (written.length % (1 + pieces[piece++ % pieces.length]!) === 0) {
              marks.note(newest, place);
              // Asked for ever later moments, as the horizon never goes back.
              moment = Math.max(moment, newest - 30_000);
              const again = marks.before(moment).place;
              for (const line of written) if (line.at >= moment) expect(isBefore(line.place, again)).toBe(false);
            }
          }
        },
      ),
    );
  });

  it('is near: a restart reads little more than it must', () => {
    const marks = new ResumePoints({ file: 0, offset: 0 });
    for (let second = 0; second < 1000; second += 0.25) marks.note(second * 1000, { file: 0, offset: second * 100 });
    const { place, newest } = marks.before(900_000);
    expect(place.offset).toBeGreaterThan(89_500);
    expect(newest).toBeLessThan(900_000);
  });

  it('stays small while the horizon stands still, and right', () => {
    const marks = new ResumePoints({ file: 0, offset: 0 });
    for (let second = 0; second < 100_000; second++) marks.note(second * 1000, { file: 0, offset: second });
    const { place, newest = 0 } = marks.before(50_000_000);
    expect(newest).toBeLessThan(50_000_000);
    expect(place.offset).toBe(newest / 1000);
    expect(place.offset).toBeGreaterThan(49_900);
  });
});
