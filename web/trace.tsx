import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SpanRow, TracePage } from '../src/view/types.js';
import { isTyping } from './filters.js';
import { clockMs, count, inTime } from './format.js';
import { Copy, Outcome } from './parts.js';
import { lengthOf } from './span-row.js';
import { hrefOf, route, setParams, source, traceHref } from './state.js';
import { Waterfall } from './waterfall.js';

type Loaded = { readonly page: TracePage } | { readonly fault: string } | undefined;

/** Page: one action. */
export function Trace() {
  const { id, params } = route.value;
  const [loaded, setLoaded] = useState<Loaded>(undefined);
  useEffect(() => {
    let isCurrent = true;
    setLoaded(undefined);
    source.trace(id).then(
      (page) => isCurrent && setLoaded({ page }),
      (error: unknown) => isCurrent && setLoaded({ fault: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [id]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !isTyping(event.target)) location.hash = hrefOf('/', { span: undefined }).slice(1);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const back = (
    <a class="back" href={hrefOf('/', { span: undefined })}>
      ← Actions
    </a>
  );
  if (loaded === undefined)
    return (
      <>
        {back}
        <p class="empty">Loading …</p>
      </>
    );
  if ('fault' in loaded)
    return (
      <>
        {back}
        <p class="empty" role="alert">
          {loaded.fault}
        </p>
      </>
    );
  const { page } = loaded;
  const selected = params.get('span') ?? undefined;
  const select = (span: string): void => setParams({ span });
  const row = page.rows.find(({ id: one }) => one === selected);
  return (
    <>
      <Head page={page} back={back} />
      <Chain page={page} selected={selected} onSelect={select} />
      <div class={`split${row === undefined ? '' : ' with-details'}`}>
        <Waterfall key={page.id} page={page} selected={selected} onSelect={select} />
        {row === undefined ? null : <Details row={row} start={page.start} onClose={() => setParams({ span: undefined })} />}
      </div>
    </>
  );
}

function Head({ page, back }: { page: TracePage; back: ComponentChildren }) {
  return (
    <header class="trace-head">
      <div class="title">
        {back}
        <h1>{page.headline}</h1>
      </div>
      {page.error !== undefined && <p class="error">{page.error}</p>}
      <dl class="facts">
        {page.form !== 'network-ready' && (
          <div>
            <dt>outcome</dt>
            <dd>
              <Outcome outcome={page.outcome} isError={page.isError} />
            </dd>
          </div>
        )}
        {page.facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{/^(?:instance|request|trace|project)$/.test(name) ? <Copy name={name} value={value} /> : value}</dd>
          </div>
        ))}
        {page.links.length > 0 && (
          <div>
            <dt>belongs to</dt>
            <dd>
              {page.links.map((link) => (
                <a key={link} class="mono" href={traceHref(link)}>
                  {link.slice(0, 8)}
                </a>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </header>
  );
}

interface Part {
  readonly name: string;
  readonly span: string | undefined;
  readonly project: string;
  readonly own: number;
  readonly start: number;
}

/** Time of the action, divided among the phases that gated it. Equal phases are merged, in the order of the first. */
function partsOf({ chain, rows }: TracePage): Part[] {
  const project = new Map(rows.map((row) => [row.id, row.error === undefined ? row.project : 'failed']));
  const parts = new Map<string, Part>();
  for (const { span, name, service, own, start, depth } of chain) {
    if (own <= 0) continue;
    // Own time of the root is time that no phase accounts for.
    const isNothing = span === undefined || depth === 0;
    const key = isNothing ? 'nothing' : `${service} ${name}`;
    const found = parts.get(key);
    parts.set(key, {
      name: isNothing ? 'no phase logged' : name,
      span: found?.span ?? span,
      project: isNothing ? 'none' : (project.get(span) ?? 'other'),
      own: (found?.own ?? 0) + own,
      start: Math.min(found?.start ?? start, start),
    });
  }
  return [...parts.values()].sort((a, b) => a.start - b.start);
}

/** Where the time went, at a glance. */
function Chain({ page, selected, onSelect }: { page: TracePage; selected: string | undefined; onSelect: (span: string) => void }) {
  const parts = useMemo(() => partsOf(page), [page]);
  const total = parts.reduce((sum, { own }) => sum + own, 0);
  if (total <= 0) return null;
  const top = [...parts].sort((a, b) => b.own - a.own).slice(0, 5);
  const percent = (own: number): string => `${((100 * own) / total).toFixed(own / total < 0.1 ? 1 : 0)} %`;
  return (
    <section class="panel" aria-label="What gated the end">
      <div class="panel-head">
        <h2>What gated the end</h2>
        <span class="hint">each phase with the time that nothing within it explains</span>
      </div>
      <div class="chain" aria-hidden="true">
        {parts.map(({ name, span, project, own }) => (
          // biome-ignore lint/a11y: the list below does the same by keyboard
          <span
            key={`${name}${span}`}
            class={`p-${project}${span !== undefined && span === selected ? ' selected' : ''}`}
            style={{ flexGrow: own / total }}
            title={`${name} ${inTime(own)} (${percent(own)})`}
            onClick={() => span !== undefined && onSelect(span)}
          >
            {own / total > 0.07 ? name : ''}
          </span>
        ))}
      </div>
      <ol class="chain-list">
        {top.map(({ name, span, project, own }) => (
          <li key={`${name}${span}`}>
            <button type="button" disabled={span === undefined} onClick={() => span !== undefined && onSelect(span)}>
              <i class={`key p-${project}`} />
              <span>{name}</span> <strong>{inTime(own)}</strong> <span class="dim">{percent(own)}</span>
            </button>
          </li>
        ))}
        {parts.length > top.length && <li class="dim more">and {parts.length - top.length} shorter</li>}
      </ol>
    </section>
  );
}

const SURE = { observed: 'a log line shows it', derived: 'follows from other lines' } as const;

/** Duration of a span, its service, and the certainty of its ends. */
function Facts({ row, start }: { row: SpanRow; start: number }) {
  return (
    <dl class="facts stacked">
      <div>
        <dt>took</dt>
        <dd>{lengthOf(row)}</dd>
      </div>
      <div>
        <dt>by</dt>
        <dd>
          {row.service} on {row.host}
        </dd>
      </div>
      <div>
        <dt>began</dt>
        <dd>
          {row.begins === 'unobserved'
            ? `not logged: ${clockMs(row.start)} UTC at the latest`
            : `${inTime(Math.abs(row.start - start))} ${row.start < start ? 'before' : 'after'} the start, at ${clockMs(row.start)} UTC: ${SURE[row.begins]}`}
        </dd>
      </div>
      <div>
        <dt>ended</dt>
        <dd>
          {row.ends === 'unobserved'
            ? `not logged; drawn up to ${clockMs(row.start + row.ms)} UTC`
            : `${clockMs(row.start + row.ms)} UTC: ${SURE[row.ends]}`}
        </dd>
      </div>
      {row.port !== undefined && (
        <div>
          <dt>port</dt>
          <dd class="mono">{row.port}</dd>
        </div>
      )}
      {row.gate !== undefined && (
        <div>
          <dt>gated</dt>
          <dd>yes: the end of the action waited for this</dd>
        </div>
      )}
    </dl>
  );
}

/** Details of a span: what it is, why it took so long, and its log lines. */
function Details({ row, start, onClose }: { row: SpanRow; start: number; onClose: () => void }) {
  return (
    <aside class="panel details" aria-label="Selected span">
      <div class="panel-head">
        <h2>{row.name}</h2>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close the details">
          ✕
        </button>
      </div>
      <div class="details-body" tabIndex={0} role="region" aria-label="Details">
        {row.about !== undefined && <p class="about">{row.about}.</p>}
        {row.error !== undefined && <p class="error">{row.error}</p>}
        <Facts row={row} start={start} />
        {row.causes.length > 0 && (
          <ul class="causes">
            {row.causes.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ul>
        )}
        <h3>{row.lines.length === 0 ? 'No log lines' : count(row.lines.length + row.moreLines, 'log line')}</h3>
        <ol class="lines">
          {row.lines.map((line, i) => (
            <li key={i} class={/^(?:ERROR|CRITICAL|EMER|ERR)$/.test(line.level) ? 'bad' : line.level.startsWith('WARN') ? 'warn' : ''}>
              <div class="line-head">
                <span>{clockMs(line.at)}</span> {line.level !== '' && <span class="level">{line.level}</span>} <span>{line.service}</span>
              </div>
              <div class="line-text">{line.text}</div>
              {line.place !== '' && <div class="line-place">{line.place}</div>}
            </li>
          ))}
        </ol>
        {row.moreLines > 0 && <p class="dim">{count(row.moreLines, 'line')} more in the logs</p>}
        <details>
          <summary>Attributes ({row.attributes.length})</summary>
          <dl class="attributes">
            {row.attributes.map(([key, value]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      </div>
    </aside>
  );
}
