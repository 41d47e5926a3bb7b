import { knownServices } from '../model/services.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import { summaryOf } from './sentence.js';
import { unicode } from './terminal/look.js';
import { boundsOf, durationOf, errorOf, extentOf, isUnmeasured, portLabel, rootOf } from './terminal/reading.js';
import { type Row, rowsOf, weakest } from './terminal/rows.js';
import { cut, inSeconds, inUtc, shortHost, tame, wrap } from './terminal/text.js';

/** Sizes in pixels of the picture, which is scaled as a whole. */
const WIDTH = 1180;
const ROW = 19;
const HEAD = 88;
/** The length of a line of the sentence (characters). */
const HEAD_LETTERS = 135;
const LABELS = 440;
const GAP = 28;
/** Space for a duration beside a bar that ends at the right edge. */
const NUMBERS = 64;
/** The minimum width of a bar, so that it is visible. */
const LEAST_BAR = 2;
/** The approximate width of a character of a label. */
const LETTER = 6.4;

/** Colours by the project of the service. */
const others = { project: 'others', projects: [], colour: '#5d7285' };
const colours: readonly { readonly project: string; readonly projects: readonly (string | undefined)[]; readonly colour: string }[] = [
  { project: 'nova', projects: ['nova'], colour: '#2f6fb7' },
  { project: 'neutron', projects: ['neutron'], colour: '#c98500' },
  { project: 'OVS and OVN', projects: ['ovs', 'ovn'], colour: '#8a4fb5' },
  others,
];
const FAILED = '#c62f2f';

/**
 * Traces as one SVG picture, one below the other, with a row per span on the time axis of the trace. Spans with an
 * unknown end are hatched. Offsets and errors are in the titles of the bars. The picture needs no script and no font.
 */
export function svg(traces: readonly FinishedTrace[]): string {
  const pictures = traces.map((trace) => ({ trace, rows: rowsOf(trace) }));
  const heightOf = (rows: readonly Row[]): number => HEAD + rows.length * ROW + GAP;
  const height = pictures.reduce((sum, { rows }) => sum + heightOf(rows), 0);
  let top = 0;
  const drawn = pictures.map(({ trace, rows }) => {
    const picture = `<g transform="translate(0 ${top})">\n${draw(trace, rows).join('\n')}\n</g>`;
    top += heightOf(rows);
    return picture;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<defs><pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="6" fill="#fff" fill-opacity="0.65"/></pattern></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

interface Axis {
  readonly left: number;
  readonly right: number;
  xOf(at: number): number;
}

function draw(trace: FinishedTrace, rows: readonly Row[]): string[] {
  const { start, end } = boundsOf(trace);
  const whole = Math.max(end - start, Number.MIN_VALUE);
  const [left, right] = [LABELS, WIDTH - NUMBERS];
  const axis: Axis = { left, right, xOf: (at) => left + ((at - start) / whole) * (right - left) };
  const bottom = HEAD + rows.length * ROW;
  const extent = extentOf(trace);
  return [
    ...headOf(trace),
    // The time of the root.
    rect(axis.xOf(extent.start), HEAD - 4, axis.xOf(extent.end) - axis.xOf(extent.start), bottom - HEAD + 8, '#eef2f6'),
    ...ticksOf(extent.start, start, end).flatMap((at) => {
      const x = round(axis.xOf(at));
      return [
        `<line x1="${x}" x2="${x}" y1="${HEAD - 4}" y2="${bottom + 4}" stroke="#d3dae1"/>`,
        text(x, HEAD - 9, `${inShort(at - extent.start)} s`, 'fill="#68788a" text-anchor="middle" font-size="11"'),
      ];
    }),
    ...rows.flatMap((row, place) => rowOf(row, HEAD + place * ROW, axis, extent.start)),
  ];
}

function headOf(trace: FinishedTrace): string[] {
  const { start } = extentOf(trace);
  const root = rootOf(trace);
  const [first = '', ...more] = wrap('', summaryOf(trace).split(' '), HEAD_LETTERS);
  const paint = `fill="${root?.error === undefined ? '#1b2733' : FAILED}"`;
  const services = new Set(trace.spans.map(({ service }) => colourOf(service)));
  let x = WIDTH - NUMBERS;
  const legend = colours
    .filter(({ colour }) => services.has(colour))
    .reverse()
    .flatMap(({ project, colour }) => {
      x -= project.length * LETTER + 36;
      return [rect(x, 46, 10, 10, colour, 2), text(x + 15, 55, project, 'fill="#44505c"')];
    });
  return [
    text(12, 22, first, `font-size="14" font-weight="600" ${paint}`),
    text(12, 39, cut(more.join(' '), HEAD_LETTERS, { glyphs: unicode }), `font-size="14" font-weight="600" ${paint}`),
    text(12, 55, `instance ${trace.instance}  from ${inUtc(start)}  trace ${trace.traceId}`, 'fill="#68788a" font-size="11"'),
    ...legend,
  ];
}

function rowOf({ span, depth, spans, name: of }: Row, y: number, axis: Axis, zero: number): string[] {
  const middle = y + 13;
  const colour = span.error === undefined ? colourOf(span.service) : FAILED;
  const port = portLabel(span);
  const times = spans.length === 1 ? '' : ` ×${spans.length}`;
  const who = `${span.service}@${shortHost(span.host)}`;
  const name = `${of}${port === undefined ? '' : ` ${port}`}${times}`;
  const indent = 12 + depth * 14;
  const fits = Math.floor((LABELS - 20 - indent - who.length * LETTER) / LETTER);
  const last = spans.reduce((latest, each) => (each.end > latest.end ? each : latest));
  const total = spans.reduce((sum, each) => sum + durationOf(each), 0);
  const ends = axis.xOf(last.end);
  return [
    text(
      indent,
      middle,
      name.length > fits ? `${name.slice(0, Math.max(fits - 1, 8))}…` : name,
      `fill="${span.error === undefined ? '#1b2733' : FAILED}"`,
    ),
    text(LABELS - 12, middle, who, 'fill="#68788a" text-anchor="end" font-size="11"'),
    ...spans.flatMap((each) => barOf(each, y, axis, colour, zero)),
    text(
      Math.max(ends, axis.xOf(last.start) + LEAST_BAR) + 5,
      middle,
      spans.every(isUnmeasured) ? '?' : inSeconds(total),
      'fill="#44505c" font-size="11"',
    ),
  ];
}

function barOf(span: SpanData, y: number, axis: Axis, colour: string, zero: number): string[] {
  const x = axis.xOf(span.start);
  const width = Math.max(axis.xOf(span.end) - x, LEAST_BAR);
  const [begins, stops] = [weakest([span], 'start'), weakest([span], 'end')];
  const error = errorOf(span);
  const title = [
    `${span.name} (${span.service}@${span.host})`,
    isUnmeasured(span)
      ? `at ${inSeconds(span.start - zero)} s, length not in the logs (start ${begins}, end ${stops})`
      : `from ${inSeconds(span.start - zero)} s (${begins}), for ${inSeconds(durationOf(span))} s (end ${stops})`,
    ...(error === undefined ? [] : [error]),
  ].join('\n');
  const unknown = begins === 'unobserved' || stops === 'unobserved';
  return [
    `<g><title>${escaped(title)}</title>`,
    rect(x, y + 4, width, ROW - 7, colour, 2),
    ...(unknown ? [rect(x, y + 4, width, ROW - 7, 'url(#unknown)', 2)] : []),
    '</g>',
  ];
}

const colourOf = (service: string): string => {
  const project = knownServices.projectOf(service);
  return (colours.find(({ projects }) => projects.includes(project)) ?? others).colour;
};

/** About eight round times, counted from `zero`. */
function ticksOf(zero: number, start: number, end: number): number[] {
  const step = stepOf((end - start) / 8);
  const first = Math.ceil((start - zero) / step);
  const last = Math.floor((end - zero) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => zero + (first + i) * step);
}

/** The next of 1, 2, 5, 10, 20, 50 … ms. */
function stepOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** Seconds without trailing zeros. */
const inShort = (millis: number): string => String(Number((millis / 1000).toFixed(3)));

const round = (x: number): number => Number(x.toFixed(1));

const rect = (x: number, y: number, width: number, height: number, fill: string, corner = 0): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"${corner === 0 ? '' : ` rx="${corner}"`} fill="${fill}"/>`;

const text = (x: number, y: number, said: string, look: string): string =>
  `<text x="${round(x)}" y="${round(y)}" ${look}>${escaped(said)}</text>`;

/** Escapes a text for SVG: names and errors come from logs. */
const escaped = (said: string): string =>
  said.split('\n').map(tame).join('\n').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
