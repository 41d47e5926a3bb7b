import { OperatorError } from '../model/errors.js';
import type { Level } from '../model/record.js';
import { type HoleType, holeSpec, isHoleType } from './holes.js';
import type { FieldValue, FieldValues } from './scan.js';

interface Hole {
  readonly name: string;
  readonly type: HoleType;
}

/** A wording taken apart: literal text as strings, holes between them. */
export type Part = string | Hole;

const catalogueInvalid = (wording: string, why: string) =>
  new OperatorError('CATALOGUE_INVALID', `the wording ${JSON.stringify(wording)} ${why}`, {
    remedy: 'correct it in src/catalogue; this is a fault in novaspan, please report it',
  });

/**
 * Takes a wording apart. Braces that hold no `name:type` are literal text.
 *
 *     Took {seconds:float} seconds to build instance.
 *     └─┬─┘└─────┬──────┘└────────────┬─────────────┘
 *    literal    hole               literal
 */
export function parseTemplate(wording: string): readonly Part[] {
  const parts: Part[] = [];
  const names = new Set<string>();
  let done = 0;
  for (const found of wording.matchAll(/\{(\w+):(\w+)\}/g)) {
    const [whole, name, type] = found as unknown as [string, string, string];
    if (!isHoleType(type)) throw catalogueInvalid(wording, `has a hole of the unknown type "${type}"`);
    for (const given of holeSpec(type).gives ?? [name]) {
      if (names.has(given)) throw catalogueInvalid(wording, `gives the field "${given}" twice`);
      names.add(given);
    }
    if (found.index > done) parts.push(wording.slice(done, found.index));
    parts.push({ name, type });
    done = found.index + whole.length;
  }
  if (done < wording.length) parts.push(wording.slice(done));

  const unbounded = parts.slice(0, -1).filter((part) => typeof part !== 'string' && holeSpec(part.type).unbounded);
  if (unbounded.length > 1) throw catalogueInvalid(wording, 'has two unbounded holes before its end: a long line could make it slow');
  return parts;
}

/** What a wording makes of a message: the fields, and the message as it may leave the process. */
interface Reading {
  readonly fields: FieldValues;
  readonly text: string;
}

export interface Template {
  readonly parts: readonly Part[];
  /** what every message of this wording begins with; empty if it begins with a hole */
  readonly prefix: string;
  read(message: string): Reading | undefined;
  /** Whether it could be read. */
  matches(message: string): boolean;
}

const HIDDEN = '…';
const CAUSE_KEPT = 500;
/** `: ` before a cause. */
const CAUSE_MARK = 2;
const WITH_CAUSE: readonly Level[] = ['WARNING', 'ERROR', 'CRITICAL'];

/**
 * Compiles a wording to one expression, anchored at both ends. oslo.log appends `: <exception>` to warnings and errors:
 * wordings of those levels allow for it and give it as the field `cause`, unless they end in a hole that takes everything.
 */
export function compileTemplate(wording: string, level: Level | readonly Level[]): Template {
  const parts = parseTemplate(wording);
  const last = parts.at(-1);
  const prefix = typeof parts[0] === 'string' ? parts[0] : '';
  const greedyEnd = last !== undefined && typeof last !== 'string' && (last.type === 'text' || holeSpec(last.type).pattern.endsWith('.*'));
  const cause = !greedyEnd && [level].flat().some((one) => WITH_CAUSE.includes(one));

  if (parts.length === 1 && prefix === wording && !cause) {
    return {
      parts,
      prefix,
      read: (message) => (message === wording ? { fields: {}, text: wording } : undefined),
      matches: (message) => message === wording,
    };
  }

  /** Made for the first message that may be of this wording: a log holds a fifth of them. */
  let made: RegExp | undefined;
  const expression = (): RegExp => {
    made ??= new RegExp(`^${parts.map(patternOf).join('')}${cause ? '(?:: (.*))?' : ''}$`, 's');
    return made;
  };
  const readers = parts.filter((part) => typeof part !== 'string').map(readerOf);
  const needle = needleOf(parts);

  /** The message with those holes replaced that may not be shown as they are. */
  const shown = (message: string, found: readonly string[], fields: FieldValues): string => {
    let text = '';
    let done = 0;
    let at = 0;
    let hole = 0;
    for (const part of parts) {
      if (typeof part === 'string') {
        at += part.length;
        continue;
      }
      const seen = readers[hole++]!.show(found[hole] ?? '', fields);
      const raw = found[hole] ?? '';
      if (seen !== raw) {
        text += message.slice(done, at) + seen;
        done = at + raw.length;
      }
      at += raw.length;
    }
    return text + message.slice(done, at);
  };

  return {
    parts,
    prefix,
    matches: (message) => message.includes(needle) && expression().test(message),
    read(message) {
      // An access line is offered to dozens of wordings: most need not be tried, nor their expressions ever be compiled.
      if (!message.includes(needle)) return undefined;
      const found = expression().exec(message);
      if (found === null) return undefined;
      const fields: FieldValues = {};
      let isWhole = true;
      for (let hole = 0; hole < readers.length; hole++) {
        if (!readers[hole]!.take(found[hole + 1] ?? '', fields)) isWhole = false;
      }
      const tail = cause ? found[readers.length + 1] : undefined;
      if (tail !== undefined) fields['cause'] = tail.slice(0, CAUSE_KEPT);
      // Most messages may be shown as they are, and then nothing is put together.
      if (!isWhole) return { fields, text: shown(message, found, fields) };
      return { fields, text: tail === undefined ? message : message.slice(0, message.length - tail.length - CAUSE_MARK) };
    },
  };
}

/** The longest text that every message of a wording holds, behind its prefix. */
function needleOf(parts: readonly Part[]): string {
  let needle = '';
  for (let from = 1; from < parts.length; from++) {
    const text = leadingText(parts.slice(from));
    if (text.length > needle.length) needle = text;
  }
  return needle;
}

/** The text that parts begin with. Holes that take one value only count as text. */
export function leadingText(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) {
    const literal = typeof part === 'string' ? part : onlyValueOf(part.type);
    if (literal === undefined) break;
    text += literal;
  }
  return text;
}

/** `GET` of a hole that takes nothing else. */
function onlyValueOf(type: HoleType): string | undefined {
  const { pattern } = holeSpec(type);
  return /^\w+$/.test(pattern) ? pattern : undefined;
}

function patternOf(part: Part, place: number, { length }: readonly Part[]): string {
  if (typeof part === 'string') return escaped(part);
  return `(${place === length - 1 && part.type === 'text' ? '.*' : holeSpec(part.type).pattern})`;
}

const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** One hole's part in reading a message. */
interface HoleReader {
  /** Puts what the hole holds into the fields; @returns whether it may be shown as it is */
  take(raw: string, fields: FieldValues): boolean;
  /** What may be shown of it, once it is taken. */
  show(raw: string, fields: FieldValues): string;
}

function readerOf({ name, type }: Hole): HoleReader {
  const { read, scan, show, form } = holeSpec(type);
  if (scan !== undefined) {
    return {
      take(raw, fields) {
        Object.assign(fields, scan(raw));
        return false;
      },
      show: (raw) => show?.(raw) ?? HIDDEN,
    };
  }
  if (read !== undefined) {
    const shown = (raw: string, value: FieldValue | undefined): string => {
      if (typeof value === 'string') return value;
      return Array.isArray(value) ? HIDDEN : type === 'float' ? raw : String(value);
    };
    return {
      take(raw, fields) {
        const value = read(raw);
        fields[name] = value;
        return value === raw || shown(raw, value) === raw;
      },
      show: (raw, fields) => shown(raw, fields[name]),
    };
  }
  return form === true ? { take: () => true, show: (raw) => raw } : { take: (raw) => raw === HIDDEN, show: () => HIDDEN };
}
