import { scrubbed } from '../export/scrub.js';
import { tame } from '../export/terminal/text.js';

const LONGEST = 600;
const SHOWN = 160;

/** Variable parts of messages and their placeholders. The order matters: a uuid also matches digits. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z+.-]*:\/\/[^\s'"]+/gi, '<url>'],
  [/\breq-[0-9a-f-]{36}/g, '<request>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b(?:tap|qvo|qvb|qbr|vhu)[0-9a-f-]{11}\b/g, '<tap>'],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, '<mac>'],
  [/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, '<address>'],
  [/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/g, '<time>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?\b/g, '<ip>'],
  [/(?<![\w:])(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f:]{6,39}(?:\/\d+)?(?![\w:])/gi, '<ip>'],
  [/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '<text>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>'],
  [/(?<![\w<])\/[\w.@:-]+(?:\/[\w.@:-]*)+/g, '<path>'],
  [/-?\b\d[\d.,]*/g, '<n>'],
];
const NESTED = /\{[^{}]*\}|\[[^[\]]*\]/g;

/**
 * The message with all variable parts replaced, so that lines of one message are counted together and no instance,
 * address or secret is shown.
 */
export function shapeOf(message: string): string {
  let text = scrubbed(tame(message.slice(0, LONGEST)));
  for (const [pattern, name] of VARIABLE) text = text.replace(pattern, name);
  // What is in braces and brackets is values: from the inside out.
  for (let depth = 0; depth < 6; depth++) {
    const outer = text.replace(NESTED, '…');
    if (outer === text) break;
    text = outer;
  }
  // A quotation or a bracket that is left open goes on to the end.
  const shape = text.replace(/(?:"|(?<=[\s=(,:])').*$/, '…').replace(/[{[].*$/, '…');
  return shape.length > SHOWN ? `${shape.slice(0, SHOWN - 1)}…` : shape;
}
