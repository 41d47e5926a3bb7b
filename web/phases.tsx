import { useMemo } from 'preact/hooks';
import type { Outline, PhaseRow } from '../src/view/types.js';
import { type Group, type Point, Scatter } from './chart.js';
import { asInput, Filters } from './filters.js';
import { count, inTime, quantile } from './format.js';
import { Histogram } from './histogram.js';
import { shortHost } from './parts.js';
import { filtered, hrefOf, route, setParams, traceHref } from './state.js';
import { Times } from './times.js';

/** A phase of a service over many actions. */
interface Blamed {
  readonly key: string;
  readonly name: string;
  readonly service: string;
  readonly times: readonly number[];
  readonly gated: number;
  readonly actions: number;
}

function blame(found: readonly Outline[]): Blamed[] {
  const phases = new Map<string, { name: string; service: string; times: number[]; gated: number; actions: number; last: string }>();
  for (const { id, phases: rows } of found)
    for (const { name, service, ms, gated } of rows) {
      const key = `${service} ${name}`;
      let one = phases.get(key);
      if (one === undefined) phases.set(key, (one = { name, service, times: [], gated: 0, actions: 0, last: '' }));
      one.times.push(ms);
      one.gated += gated;
      if (one.last !== id) one.actions++;
      one.last = id;
    }
  return [...phases]
    .map(([key, { name, service, times, gated, actions }]) => ({ key, name, service, times: times.sort((a, b) => a - b), gated, actions }))
    .sort((a, b) => b.gated - a.gated || (b.times.at(-1) ?? 0) - (a.times.at(-1) ?? 0));
}

const COLOURS = 7;

/** Page: where the time of many actions went, and each phase over time and by host. */
export function Phases() {
  const found = filtered.value;
  const all = useMemo(() => blame(found), [found]);
  const key = route.value.params.get('phase') ?? undefined;
  const chosen = all.find((one) => one.key === key) ?? all.find(({ name }) => !name.startsWith('instance ')) ?? all[0];
  const total = all.reduce((sum, { gated }) => sum + gated, 0);
  const most = Math.max(...all.map(({ gated }) => gated), 1);
  const kinds = new Set(found.map(({ action }) => action));
  return (
    <>
      <Filters />
      {kinds.size > 1 && (
        <p class="note">These are {kinds.size} kinds of actions together. Choose one under “Action” to compare like with like.</p>
      )}
      {chosen === undefined ? (
        <p class="empty">No phase passes these filters.</p>
      ) : (
        <div class="phases">
          <section class="panel" aria-label="Where the time went">
            <div class="panel-head">
              <h2>Where the time of {count(found.length, 'action')} went</h2>
              <span class="hint">gated: time of the actions that waited for this phase itself</span>
            </div>
            <Times
              label="Phases"
              head="Phase"
              more={['Gated', 'Share']}
              rows={all.map((one) => ({
                key: one.key,
                times: one.times,
                isSelected: one === chosen,
                head: (
                  <>
                    <a href={hrefOf('/phases', { phase: one.key })} aria-current={one === chosen ? 'true' : undefined}>
                      {one.name}
                    </a>
                    <span class="dim">{one.service}</span>
                  </>
                ),
                more: [
                  <>
                    <span class="spark" aria-hidden="true">
                      <i style={{ width: `${(100 * one.gated) / most}%` }} />
                    </span>
                    <span class="amount">{one.gated === 0 ? '–' : inTime(one.gated)}</span>
                  </>,
                  one.gated === 0 ? '' : `${((100 * one.gated) / total).toFixed(1)} %`,
                ],
              }))}
            />
          </section>
          <Phase found={found} chosen={chosen} />
        </div>
      )}
    </>
  );
}

interface Seen {
  readonly outline: Outline;
  readonly phase: PhaseRow;
}

/** The durations of a phase by host, the slowest host first, and as dots of a chart. */
function useHosts(seen: readonly Seen[]) {
  const hosts = useMemo(() => {
    const byHost = new Map<string, number[]>();
    for (const { phase } of seen) {
      const times = byHost.get(phase.host);
      if (times === undefined) byHost.set(phase.host, [phase.ms]);
      else times.push(phase.ms);
    }
    return [...byHost]
      .map(([host, times]) => ({ host, times: times.sort((a, b) => a - b) }))
      .sort((a, b) => quantile(b.times, 0.95) - quantile(a.times, 0.95));
  }, [seen]);
  const groups = useMemo(
    (): Group[] => [
      ...hosts.slice(0, COLOURS).map(({ host }, i): Group => ({ name: host, look: `h${i}`, shape: 'dot' })),
      ...(hosts.length > COLOURS ? [{ name: 'other hosts', look: 'h-other', shape: 'dot' } as const] : []),
    ],
    [hosts],
  );
  const points = useMemo(() => {
    const place = new Map(hosts.map(({ host }, i) => [host, Math.min(i, COLOURS)]));
    return seen.map(
      ({ outline, phase }): Point => ({
        at: outline.start + phase.at,
        ms: phase.ms,
        group: place.get(phase.host) ?? COLOURS,
        title: `${phase.name} of ${outline.action} on ${shortHost(phase.host)}`,
        href: traceHref(outline.id, phase.span),
      }),
    );
  }, [seen, hosts]);
  return { hosts, groups, points };
}

function Phase({ found, chosen }: { found: readonly Outline[]; chosen: Blamed }) {
  const seen = useMemo(
    () =>
      found.flatMap((outline): Seen[] =>
        outline.phases.flatMap((phase) => (phase.name === chosen.name && phase.service === chosen.service ? [{ outline, phase }] : [])),
      ),
    [found, chosen],
  );
  const { hosts, groups, points } = useHosts(seen);
  return (
    <section class="panel phase" aria-label={`Phase ${chosen.name}`}>
      <div class="panel-head">
        <h2>
          {chosen.name} <span class="dim">{chosen.service}</span>
        </h2>
        <span class="hint">
          {count(chosen.times.length, 'time')} in {count(chosen.actions, 'action')}
        </span>
      </div>
      <h3>How long it took</h3>
      <Histogram
        label={`How long ${chosen.name} took`}
        values={chosen.times}
        height={170}
        marks={
          chosen.times.length < 5
            ? []
            : [
                { name: 'median', ms: quantile(chosen.times, 0.5) },
                { name: 'p95', ms: quantile(chosen.times, 0.95) },
              ]
        }
      />
      <h3>Over time (UTC), by host</h3>
      <Scatter
        label={`${chosen.name} over time`}
        points={points}
        groups={groups}
        height={210}
        onPeriod={(from, to) => setParams({ from: asInput(from), to: asInput(to + 999) })}
      />
      <Times
        label="By host"
        head="Host"
        rows={hosts.map(({ host, times }, i) => ({
          key: host,
          times,
          head: (
            <>
              <i class={`key ${i < COLOURS ? `h${i}` : 'h-other'}`} />
              <a href={hrefOf('/phases', { phase: chosen.key, host })}>{host}</a>
            </>
          ),
        }))}
      />
    </section>
  );
}
