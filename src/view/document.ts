import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { packageText } from '../model/package-files.js';
import type { Batch, Status, TracePage } from './types.js';

/** Script and style of the page, as built from web/. */
export interface Assets {
  readonly script: string;
  readonly style: string;
}

let read: Assets | undefined;

/** Loads script and style of the page, once. */
export function assets(): Assets {
  read ??= { script: packageText('dist/web/page.js'), style: packageText('dist/web/page.css') };
  return read;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1' y='2' width='14' height='3' rx='1.5' fill='%232f6fb7'/%3E%3Crect x='4' y='6.5' width='8' height='3' rx='1.5' fill='%23c98500'/%3E%3Crect x='8' y='11' width='7' height='3' rx='1.5' fill='%238a4fb5'/%3E%3C/svg%3E";

const head = (title: string): string => `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<title>${title}</title>`;

const body = `<div id="app"><noscript>This page needs JavaScript. Without it, <code>novaspan replay</code> shows the same as text.</noscript></div>`;

/** The page of the server; it loads script and style from the server. */
export const servedPage = (): string => `<!doctype html>
<html lang="en">
<head>
${head('novaspan')}
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
${body}
</body>
</html>
`;

/** Content of a report besides its traces. */
export interface ReportHead {
  readonly status: Status;
  readonly batch: Batch;
}

/**
 * The page as one self-contained HTML file: script, style and data are inline. Data from logs is compressed and
 * base64-encoded, so no character of it can end its element. The policy allows only the script and style with these
 * hashes, and no loading.
 */
export function* reportOf(report: ReportHead, pages: Iterable<TracePage>): Generator<string> {
  const { script, style } = assets();
  // A `</script>` in the script would break the file. The build writes it differently.
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error('the page cannot be written into one file');
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  yield `<!doctype html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy" content="${policy}">
${head('novaspan report')}
<style>${style}</style>
</head>
<body>
${body}
`;
  yield data('novaspan-report', report);
  for (const page of pages) yield data(`trace-${page.id}`, page);
  yield `<script type="module">${script}</script>
</body>
</html>
`;
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const data = (id: string, value: unknown): string =>
  `<script type="application/gzip" id="${id}">${gzipSync(JSON.stringify(value)).toString('base64')}</script>\n`;
