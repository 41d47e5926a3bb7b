import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { svg } from '../../src/export/svg.js';
import { rowsOf } from '../../src/export/terminal/rows.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { correlate, GOLDEN, logsOf } from '../support/scenario.js';
import { boot, failed, fragment, networkReady, root, span, trace, twoPorts } from './terminal/traces.js';

/** What is wrong with its elements and text: no parser of XML is needed to see that it is well formed. */
function faultsOf(picture: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const rest = picture.replace(/<(\/?)([a-z]\w*)((?: [\w:-]+="[^"<>]*")*)(\/?)>/gi, (_, closes, name, __, empty) => {
    if (closes === '/' && open.pop() !== name) faults.push(`${name} is closed and was not open`);
    if (closes === '' && empty === '') open.push(name);
    return '';
  });
  if (open.length > 0) faults.push(`not closed: ${open.join(' ')}`);
  if (/[<>]/.test(rest)) faults.push(`neither element nor text: ${/.{0,30}[<>].{0,30}/.exec(rest)?.[0]}`);
  if (/&(?!amp;|lt;|gt;|quot;)/.test(picture)) faults.push('an & that says nothing');
  if (/NaN|Infinity|undefined/.test(picture)) faults.push('a number that is none');
  return faults;
}

/** Every bar: x and width in pixels. */
const bars = (picture: string): number[][] =>
  [...picture.matchAll(/<\/title>\n<rect x="([-\d.]+)" y="[-\d.]+" width="([-\d.]+)"/g)].map(([, x, width]) => [Number(x), Number(width)]);

describe('the picture of a trace', () => {
  it.each(Object.entries({ boot, failed, fragment, networkReady, twoPorts }))(
    'of %s is well formed and has a bar for each span',
    (_, each) => {
      const picture = svg([each]);

      expect(faultsOf(picture)).toEqual([]);
      expect(bars(picture).length).toBe(each.spans.length);
      for (const { span: shown } of rowsOf(each)) expect(picture).toContain(`>${shown.name}`);
    },
  );

  it('has each bar where its span lies', () => {
    const [whole, first, second] = bars(
      svg([trace([root(10_000), span({ name: 'spawn', from: 0, to: 5000 }), span({ name: 'build finish', from: 5000, to: 10_000 })])]),
    ) as [number[], number[], number[]];

    expect(first).toEqual([whole[0], expect.closeTo(whole[1]! / 2, 0)]);
    expect(second[0]).toBeCloseTo(whole[0]! + whole[1]! / 2, 0);
    expect(whole[1]).toBeGreaterThan(500);
  });

  it('shows an instant, and a trace that is one', () => {
    const picture = svg([trace([root(0)])]);

    expect(faultsOf(picture)).toEqual([]);
    expect(bars(picture)[0]![1]).toBeGreaterThan(0);
  });

  it('hatches what is not known, and no other', () => {
    const hatched = (attributes: Record<string, string>): boolean =>
      svg([trace([root(10_000), span({ name: 'spawn', from: 0, to: 5000, attributes })])]).includes('fill="url(#unknown)"');

    expect(hatched({ 'novaspan.end.evidence': 'unobserved' })).toBe(true);
    expect(hatched({ 'novaspan.end.evidence': 'derived' })).toBe(false);
  });

  it('takes nothing from a log for markup', () => {
    const hostile = '</title><script>alert("1")</script> & \u001b[31mred\u0000';
    const picture = svg([
      trace([root(10, {}, { error: hostile, service: hostile, host: hostile }), span({ name: hostile, from: 1, to: 2 })]),
    ]);

    expect(faultsOf(picture)).toEqual([]);
    expect(picture).not.toContain('<script');
    expect(picture).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  });

  it('of several traces has one below the other', () => {
    const heightOf = (traces: readonly FinishedTrace[]): number => Number(/height="(\d+)"/.exec(svg(traces))![1]);

    expect(heightOf([boot, networkReady])).toBe(heightOf([boot]) + heightOf([networkReady]));
  });

  it.each(['create-succeeds-debug', 'create-fails-vif-plug-timeout-debug', 'resize-succeeds-two-hosts-reverted-debug'])(
    'of real logs, %s, is well formed',
    async (scenario) => {
      const traces = correlate(await logsOf(join(GOLDEN, scenario)));
      const picture = svg(traces);

      expect(faultsOf(picture)).toEqual([]);
      expect(bars(picture).length).toBe(traces.reduce((sum, { spans }) => sum + spans.length, 0));
    },
  );
});
