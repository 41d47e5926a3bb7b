import { useState } from 'preact/hooks';

const ICONS: Readonly<Record<string, string>> = {
  succeeded: 'M3.5 8.5l3 3 6-7',
  failed: 'M4.5 4.5l7 7m0-7l-7 7',
  'timed-out': 'M8 4.5v4l2.5 1.5M8 2.5a5.5 5.5 0 1 0 .01 0',
  interrupted: 'M6 4.5v7m4-7v7',
};

/** How an action ended: by shape and word, not only by colour. */
export function Outcome({ outcome, isError }: { outcome: string; isError: boolean }) {
  // Without a root, the end is in other logs.
  if (outcome === 'unknown') return <span class="dim">not known</span>;
  return (
    <span class={`outcome ${isError ? 'bad' : outcome === 'succeeded' ? 'good' : 'open'}`}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={ICONS[outcome] ?? 'M4 8h8'} />
      </svg>
      {outcome}
    </span>
  );
}

/** An id with a copy button. */
export function Copy({ name, value }: { name: string; value: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(value).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 1500);
      },
      () => undefined,
    );
  };
  return (
    <button type="button" class="copy" onClick={copy} title={`Copy ${name}`} aria-label={isCopied ? 'copied' : `Copy ${name} ${value}`}>
      <span class="mono">{value}</span>
      <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
        <path d={isCopied ? 'M3.5 8.5l3 3 6-7' : 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7'} />
      </svg>
    </button>
  );
}

/** `cmp1` for `cmp1.example.org`, where room is short. */
export const shortHost = (host: string): string => (/^\d+\.\d+\.\d+\.\d+$/.test(host) ? host : host.split('.')[0]!);
