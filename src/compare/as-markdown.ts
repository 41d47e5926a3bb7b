import { tame } from '../export/terminal/text.js';
import { type Document, type Table, textOf, toneOf } from './document.js';

/** Escapes a text, so that nothing from logs becomes markup, a link, a mention or HTML. */
const escaped = (text: string): string => tame(text).replace(/[\\`*_{}[\]<>#|~@&]/g, (sign) => (sign === '@' ? '&#64;' : `\\${sign}`));

/** Markdown for GitHub, GitLab and Gitea, for a ticket or the summary of a CI job. */
export function asMarkdown({ title, intro, sections }: Document): string {
  const blocks = [`# ${escaped(title)}`, ...intro.map(escaped)];
  for (const section of sections) {
    blocks.push(`## ${escaped(section.title)}`, ...section.paragraphs.map(escaped));
    if (section.table !== undefined) blocks.push(tableOf(section.table));
    blocks.push(...(section.after ?? []).map(escaped));
  }
  return `${blocks.join('\n\n')}\n`;
}

function tableOf({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ name }) => escaped(name))),
    line(columns.map(({ isNumber }) => (isNumber === true ? '---:' : '---'))),
    ...rows.map((row) =>
      line(
        row.map((cell) => {
          const text = escaped(textOf(cell));
          return toneOf(cell) === 'bad' && text !== '' ? `**${text}**` : text;
        }),
      ),
    ),
  ].join('\n');
}
