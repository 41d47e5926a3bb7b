import { tame } from '../export/terminal/text.js';
import { type Document, type Section, type Table, textOf, toneOf } from './document.js';

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => tame(text).replace(/[&<>"']/g, (sign) => NAMED[sign] ?? sign);

/**
 * Colours have a contrast of at least 4.5 : 1, in the light and the dark scheme. No information is only in a colour.
 */
const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --page: #fff; --band: #f6f8fa; --bad: #b42318; --good: #116329; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa4af; --line: #363c44; --page: #0d1117; --band: #161b22; --bad: #ff8e85; --good: #56d364; }
}
body { margin: 0 auto; padding: 1.5rem; max-width: 90rem; color: var(--ink); background: var(--page); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p { max-width: 75ch; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--band); white-space: nowrap; }
tbody th { font-weight: 400; }
.n { text-align: right; white-space: nowrap; }
.bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); font-weight: 600; } .dim { color: var(--soft); }
`;

/** A self-contained HTML page: without scripts, and without anything to load. */
export function asHtml({ title, intro, sections }: Document): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${intro.map(paragraph).join('')}${sections.map(sectionOf).join('')}</main>
</body>
</html>
`;
}

const paragraph = (text: string): string => `<p>${escaped(text)}</p>\n`;

const sectionOf = ({ title, paragraphs, table, after = [] }: Section, place: number): string =>
  `<section aria-labelledby="s${place}">
<h2 id="s${place}">${escaped(title)}</h2>
${paragraphs.map(paragraph).join('')}${table === undefined ? '' : tableOf(table, `s${place}`)}${after.map(paragraph).join('')}</section>
`;

/** A table. A wide one scrolls separately, also by keyboard. */
function tableOf({ columns, rows }: Table, label: string): string {
  const classOf = (...names: readonly (string | undefined)[]): string => {
    const given = names.filter((name) => name !== undefined).join(' ');
    return given === '' ? '' : ` class="${given}"`;
  };
  const number = (i: number): string | undefined => (columns[i]?.isNumber === true ? 'n' : undefined);
  const head = columns.map(({ name }, i) => `<th scope="col"${classOf(number(i))}>${escaped(name)}</th>`).join('');
  const body = rows.map((row) => {
    const cells = row.map((cell, i) => {
      const tag = i === 0 ? 'th scope="row"' : 'td';
      return `<${tag}${classOf(number(i), toneOf(cell))}>${escaped(textOf(cell))}</${i === 0 ? 'th' : 'td'}>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="wide" tabindex="0" role="group" aria-labelledby="${label}"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>
`;
}
