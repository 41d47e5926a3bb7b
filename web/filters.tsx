import { useEffect, useRef } from 'preact/hooks';
import { count, readTime } from './format.js';
import { choices, FILTERS, type FilterName, filtered, outlines, route, setParams } from './state.js';

const NOTHING: Readonly<Record<FilterName, undefined>> = {
  q: undefined,
  action: undefined,
  outcome: undefined,
  host: undefined,
  longer: undefined,
  from: undefined,
  to: undefined,
};

function Select({
  name,
  label,
  all,
  extra = [],
}: {
  name: 'action' | 'outcome' | 'host';
  label: string;
  all: string;
  extra?: readonly (readonly [string, string])[];
}) {
  const value = route.value.params.get(name) ?? '';
  const known = choices.value[name];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => setParams({ [name]: event.currentTarget.value })}>
        <option value="">{all}</option>
        {extra.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
        {known.map(([one, n]) => (
          <option key={one} value={one}>{`${one} (${n})`}</option>
        ))}
        {/* A link may name what is not there (yet). */}
        {value !== '' && !known.some(([one]) => one === value) && !extra.some(([key]) => key === value) && (
          <option value={value}>{value}</option>
        )}
      </select>
    </label>
  );
}

/** Filters of the list and of the phases page. `/` focuses the search. */
export function Filters() {
  const search = useRef<HTMLInputElement>(null);
  const { params } = route.value;
  const longer = params.get('longer') ?? '';
  const isBad = longer !== '' && readTime(longer) === undefined;
  const isFiltered = FILTERS.some((name) => params.has(name));
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <search class="filters">
      <label class="grow">
        <span>Search</span>
        <input
          ref={search}
          type="search"
          value={params.get('q') ?? ''}
          placeholder="instance, request, host, phase, error …   ( / )"
          onInput={(event) => setParams({ q: event.currentTarget.value })}
        />
      </label>
      <Select name="action" label="Action" all="all actions" />
      <Select name="outcome" label="Outcome" all="all" extra={[['error', 'any error']]} />
      <Select name="host" label="Host" all="all" />
      <label class="narrow">
        <span>Longer than</span>
        <input
          value={longer}
          placeholder="30s"
          aria-invalid={isBad}
          title="such as 30s, 500ms or 2min"
          onInput={(event) => setParams({ longer: event.currentTarget.value })}
        />
      </label>
      <label>
        <span>From (UTC)</span>
        <input
          type="datetime-local"
          step="1"
          value={params.get('from') ?? ''}
          onChange={(event) => setParams({ from: event.currentTarget.value })}
        />
      </label>
      <label>
        <span>Until (UTC)</span>
        <input
          type="datetime-local"
          step="1"
          value={params.get('to') ?? ''}
          onChange={(event) => setParams({ to: event.currentTarget.value })}
        />
      </label>
      <button type="button" class="quiet" disabled={!isFiltered} onClick={() => setParams(NOTHING)}>
        Reset
      </button>
      <output class="visually-hidden">{`${count(filtered.value.length, 'trace')} of ${outlines.value.length}`}</output>
    </search>
  );
}

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName));

/** Value of time inputs, which have no zone: they show UTC. */
export const asInput = (at: number): string => new Date(at).toISOString().slice(0, 19);
