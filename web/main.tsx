import './page.css';
import { type RefObject, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Actions } from './actions.js';
import { isTyping } from './filters.js';
import { count } from './format.js';
import { Phases } from './phases.js';
import { hrefOf, lost, nextTheme, outlines, route, showTheme, source, start, status, theme } from './state.js';
import { Trace } from './trace.js';

const THEME_ICONS = { system: '◐', light: '☀', dark: '☾' } as const;
const TITLES = { actions: 'Actions', phases: 'Phases', trace: 'Action' } as const;

/** Keys that work on every page. */
function useKeys(help: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '?') help.current?.showModal();
      else if (event.key === 'a') location.hash = hrefOf('/', { span: undefined }).slice(1);
      else if (event.key === 'p') location.hash = hrefOf('/phases', { span: undefined }).slice(1);
      else if (event.key === 't') nextTheme();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function App() {
  const { page } = route.value;
  const help = useRef<HTMLDialogElement>(null);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${TITLES[page]} · novaspan`;
    // Move the focus to the new content, for screen readers.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [page, route.value.id]);
  useKeys(help);
  return (
    <>
      <header class="top">
        <a
          class="skip"
          href={location.hash === '' ? '#/' : location.hash}
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          Skip to the content
        </a>
        <a class="brand" href="#/">
          <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
            <rect class="b1" x="1" y="2" width="14" height="3" rx="1.5" />
            <rect class="b2" x="4" y="6.5" width="8" height="3" rx="1.5" />
            <rect class="b3" x="8" y="11" width="7" height="3" rx="1.5" />
          </svg>
          novaspan
        </a>
        <nav aria-label="Views">
          <a href={hrefOf('/', { span: undefined })} aria-current={page === 'phases' ? undefined : 'page'}>
            Actions
          </a>
          <a href={hrefOf('/phases', { span: undefined })} aria-current={page === 'phases' ? 'page' : undefined}>
            Phases
          </a>
        </nav>
        <State />
        <button type="button" class="quiet" onClick={nextTheme} title="Colours (t)">
          <span aria-hidden="true">{THEME_ICONS[theme.value]} </span>
          <span class="wide-only">{theme.value}</span>
        </button>
        <button type="button" class="quiet" onClick={() => help.current?.showModal()} title="Keys (?)" aria-label="Keys">
          ?
        </button>
      </header>
      <main ref={main} tabIndex={-1}>
        {page !== 'trace' && <h1 class="visually-hidden">{TITLES[page]}</h1>}
        {page === 'trace' ? <Trace /> : page === 'phases' ? <Phases /> : <Actions />}
      </main>
      <Keys dialog={help} />
    </>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['a', 'the list of actions'],
  ['p', 'the phases of many actions'],
  ['↑ ↓ j k', 'up and down in the list and the waterfall'],
  ['Enter', 'open the action'],
  ['Esc', 'back to the list'],
  ['← →', 'in the waterfall: close and open; in a chart: from dot to dot'],
  ['z', 'in the waterfall: zoom to the span'],
  ['0', 'in the waterfall: the whole time'],
  ['g', 'in the waterfall: only what gated the end'],
  ['t', 'system, light or dark colours'],
];

function Keys({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="quiet">
          Close
        </button>
      </form>
    </dialog>
  );
}

/** Progress of reading, or that the data is live. */
function State() {
  const progress = status.value;
  const n = count(outlines.value.length, 'trace');
  const percent = progress === undefined || progress.total === 0 ? 0 : Math.min(100, Math.floor((100 * progress.read) / progress.total));
  return (
    <div class="state" role="status">
      {lost.value && !source.isReport ? (
        <span class="bad-text">novaspan does not answer; the actions read so far are still shown</span>
      ) : progress?.state === 'reading' ? (
        <>
          <progress max={100} value={percent} aria-label="reading the logs" /> reading, {n}
        </>
      ) : progress?.state === 'following' ? (
        <>
          <i class="live" aria-hidden="true" /> live, {n}
        </>
      ) : (
        n
      )}
      {progress !== undefined && progress.dropped > 0 && ` (${progress.dropped.toLocaleString('en')} older ones are gone)`}
    </div>
  );
}

showTheme();
start();
render(<App />, document.getElementById('app')!);
