import { describe, expect, it } from 'vitest';
import { asCsv } from '../../src/compare/as-csv.js';
import { asHtml } from '../../src/compare/as-html.js';
import { asMarkdown } from '../../src/compare/as-markdown.js';
import { asText } from '../../src/compare/as-text.js';
import type { Document } from '../../src/compare/document.js';
import { ascii, plain } from '../../src/export/terminal/look.js';

const EVIL = '<script>alert("1")</script> & |x| [a](javascript:1) \u001b[31m=cmd';

const page: Document = {
  title: EVIL,
  intro: [EVIL],
  sections: [
    {
      title: EVIL,
      paragraphs: [EVIL],
      table: {
        columns: [
          { name: EVIL, isElastic: true },
          { name: 'n', isNumber: true },
          { name: 'p95', isNumber: true, isSpare: true },
        ],
        rows: [[EVIL, { text: '12', tone: 'bad' }, '3']],
      },
      after: [EVIL],
    },
  ],
};

describe('HTML', () => {
  const html = asHtml(page);

  it('escapes everything that is in it', () => {
    expect(html).not.toContain('<script');
    expect(html).not.toContain('\u001b');
    expect(html.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt; &amp; \|x\|/g)).toHaveLength(8);
  });

  it('stands for itself: no script, nothing that is loaded, no link', () => {
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/\b(?:src|href|on\w+)=/);
    expect(html).not.toMatch(/url\(|@import/);
  });

  it('is what a screen reader needs: a language, a title, headings, and tables with heads', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    for (const part of ['<title>', '<main>', '<h1>', '<h2 id="s0">', '<th scope="col"', '<th scope="row"', 'tabindex="0"'])
      expect(html).toContain(part);
  });
});

it('Markdown has no markup of the logs', () => {
  const markdown = asMarkdown(page);
  expect(markdown).not.toMatch(/(?<!\\)<script/);
  expect(markdown).not.toMatch(/(?<!\\)\[a/);
  expect(markdown.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
  // The bars of the table, and those of the text, which are escaped.
  expect(
    markdown
      .split('\n')
      .find((line) => line.includes('**12**'))!
      .match(/(?<!\\)\|/g),
  ).toHaveLength(4);
});

it('CSV quotes, and gives a spreadsheet no formula', () => {
  expect(
    asCsv(
      ['a', 'b'],
      [
        ['=1+1', -2],
        ['x,"y"', undefined],
        ['@a\n+b', Number.NaN],
      ],
    ),
  ).toBe(`a,b\n'=1+1,-2\n"x,""y""",\n'@a +b,\n`);
});

describe('text', () => {
  const wide: Document = {
    title: 'A and B',
    intro: [],
    sections: [
      {
        title: 'Phases',
        paragraphs: [],
        table: {
          columns: [
            { name: 'Phase', isElastic: true },
            { name: 'n', isNumber: true },
            { name: 'p95 s', isNumber: true, isSpare: true },
          ],
          rows: [
            ['image create + network wait + guest xml', '7', '1.000'],
            ['spawn', '12', '31.000'],
          ],
        },
      },
    ],
  };
  const lines = (width: number): string[] => asText(wide, { width, palette: plain, glyphs: ascii }).trimEnd().split('\n').slice(3);

  it('is in columns, numbers to the right', () => {
    expect(lines(80)).toEqual([
      'Phase                                     n   p95 s',
      'image create + network wait + guest xml   7   1.000',
      'spawn                                    12  31.000',
    ]);
  });

  it('fits a narrow terminal: first words are cut, then spare columns go', () => {
    expect(lines(40)).toEqual([
      'Phase                          n   p95 s',
      'image create + network wait>   7   1.000',
      'spawn                         12  31.000',
    ]);
    for (const line of lines(18)) expect(line.length).toBeLessThanOrEqual(18);
    expect(lines(18)[0]).not.toContain('p95');
  });

  it('brings no control characters to a terminal', () => {
    expect(asText(page, { width: 80, palette: plain, glyphs: ascii })).not.toContain('\u001b');
  });
});
