import { batch, computed, signal } from '@preact/signals';
import type { Outline, Status } from '../src/view/types.js';
import { readTime } from './format.js';
import { openSource } from './source.js';

export const source = openSource();

/** All actions, by id. The map is always the same object; `arrived` changes with it. */
const known = new Map<string, Outline>();
const arrived = signal(0);

export const status = signal<Status | undefined>(undefined);
/** the server does not answer */
export const lost = signal(false);

/** Sorted by start. */
export const outlines = computed<readonly Outline[]>(() => {
  void arrived.value;
  return [...known.values()].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
});

export function start(): void {
  let waiting: Outline[] = [];
  let frame = 0;
  // Updates in one batch are drawn once.
  const take = (): void => {
    frame = 0;
    for (const outline of waiting) known.set(outline.id, outline);
    waiting = [];
    arrived.value++;
  };
  source.start({
    batch(those) {
      waiting.push(...those);
      if (frame === 0) frame = requestAnimationFrame(take);
    },
    status: (update) => {
      status.value = update;
    },
    clear: () => {
      known.clear();
      arrived.value++;
    },
    lost: (isLost) => {
      lost.value = isLost;
    },
  });
}

/** State in the address: page and filters, so that a link shows the same to others. */
export interface Route {
  readonly page: 'actions' | 'phases' | 'trace';
  readonly id: string;
  readonly params: URLSearchParams;
}

const readRoute = (): Route => {
  const [path = '', query = ''] = location.hash.slice(1).split(/\?(.*)/s, 2);
  const [, first = '', id = ''] = path.split('/');
  return {
    page: first === 'trace' && id !== '' ? 'trace' : first === 'phases' ? 'phases' : 'actions',
    id,
    params: new URLSearchParams(query),
  };
};

export const route = signal<Route>(readRoute());
addEventListener('hashchange', () => {
  route.value = readRoute();
});

export const FILTERS = ['q', 'action', 'outcome', 'host', 'longer', 'from', 'to'] as const;
export type FilterName = (typeof FILTERS)[number];

/** The address with other parameters; empty ones are left out. */
export function hrefOf(
  path: string,
  changes: Readonly<Record<string, string | undefined>> = {},
  from: URLSearchParams = route.value.params,
): string {
  const params = new URLSearchParams(from);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') params.delete(name);
    else params.set(name, value);
  }
  const query = params.toString();
  return `#${path}${query === '' ? '' : `?${query}`}`;
}

const pathOf = ({ page, id }: Route): string => (page === 'trace' ? `/trace/${id}` : page === 'phases' ? '/phases' : '/');
/** Address of an action, with the filters, so that the way back leads to the same list. */
export const traceHref = (id: string, span?: string): string => hrefOf(`/trace/${id}`, { span });

/** Replaces filters without a new entry in the browser history. */
export function setParams(changes: Readonly<Record<string, string | undefined>>): void {
  history.replaceState(null, '', hrefOf(pathOf(route.value), changes));
  route.value = readRoute();
}

/** UTC time of an input such as `2026-11-21T01:50:31`. */
const momentOf = (text: string | null): number | undefined => {
  if (text === null || text === '') return undefined;
  const at = Date.parse(`${text}Z`);
  return Number.isNaN(at) ? undefined : at;
};

const isLike = (outline: Outline, words: readonly string[]): boolean => {
  const text = [
    outline.headline,
    outline.instance,
    outline.request ?? '',
    outline.id,
    outline.error ?? '',
    outline.outcome,
    ...outline.hosts,
  ]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
};

/** Actions that pass the filters. A network-ready trace is shown only if it is chosen or searched for. */
export const filtered = computed<readonly Outline[]>(() => {
  const { params } = route.value;
  const words = (params.get('q') ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const [action, outcome, host] = [params.get('action'), params.get('outcome'), params.get('host')];
  const longer = readTime(params.get('longer') ?? '');
  const [from, to] = [momentOf(params.get('from')), momentOf(params.get('to'))];
  return outlines.value.filter(
    (one) =>
      (action === null ? one.form !== 'network-ready' || words.length > 0 : one.action === action) &&
      (outcome === null || (outcome === 'error' ? one.isError : one.outcome === outcome)) &&
      (host === null || one.hosts.includes(host)) &&
      (longer === undefined || one.ms > longer) &&
      (from === undefined || one.start + one.ms >= from) &&
      (to === undefined || one.start <= to) &&
      (words.length === 0 || isLike(one, words)),
  );
});

/** Available filter values. */
export const choices = computed(() => {
  const tally = (of: (one: Outline) => readonly string[]): [string, number][] => {
    const counts = new Map<string, number>();
    for (const one of outlines.value) for (const value of of(one)) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  };
  return { action: tally(({ action }) => [action]), outcome: tally(({ outcome }) => [outcome]), host: tally(({ hosts }) => hosts) };
});

export type Theme = 'system' | 'light' | 'dark';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const savedTheme = (): Theme => {
  try {
    return THEMES.find((one) => one === localStorage.getItem('novaspan-theme')) ?? 'system';
  } catch {
    // A report opened as a file may have no storage.
    return 'system';
  }
};

export const theme = signal<Theme>(savedTheme());

export function showTheme(): void {
  document.documentElement.style.colorScheme = theme.value === 'system' ? 'light dark' : theme.value;
}

export function nextTheme(): void {
  batch(() => {
    theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  });
  showTheme();
  try {
    localStorage.setItem('novaspan-theme', theme.value);
  } catch {
    // Without storage the choice applies to this visit only.
  }
}
