import { OperatorError } from '../model/errors.js';
import type { Level } from '../model/record.js';
import { type HoleType, holeSpec, isHoleType } from './holes.js';
import type { FieldValue, FieldValues } from './scan.js';

interface Hole {
  readonly name: string;
  readonly type: HoleType;
}

/** A part of a wording: literal text, or a hole. */
export type Part = string | Hole;

const catalogueInvalid = (wording: string, why: string) =>
  new OperatorError('CATALOGUE_INVALID', `the wording ${JSON.stringify(wording)} ${why}`, {
    remedy: 'correct it in src/catalogue; this is a fault in novaspan, please report it',
  });

/**
 * Splits a wording into its parts. Braces without `name:type` are literal text.
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

/** The result of matching a message: the fields, and the text that may be exported. */
interface Reading {
  readonly fields: FieldValues;
  readonly text: string;
}

export interface Template {
  readonly parts: readonly Part[];
  /** the text with which every message of this wording begins; empty if it begins with a hole */
  readonly prefix: string;
  read(message: string): Reading | undefined;
  /** Whether a message has this wording. */
  matches(message: string): boolean;
}

const HIDDEN = '…';
const CAUSE_KEPT = 500;
/** The length of `: ` before a cause. */
const CAUSE_MARK = 2;
const WITH_CAUSE: readonly Level[] = ['WARNING', 'ERROR', 'CRITICAL'];

/**
 * Compiles a wording to one regular expression, anchored at both ends. oslo.log appends `: <exception>` to warnings and
 * errors. Wordings of these levels match it as the field `cause`, unless they end in a hole that matches everything.
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

  /** compiled for the first message that may have this wording: a log contains a fifth of the wordings */
  let made: RegExp | undefined;
  const expression = (): RegExp => {
    made ??= new RegExp(`^${parts.map(patternOf).join('')}${cause ? '(?:: (.*))?' : ''}$`, 's');
    return made;
  };
  const readers = parts.filter((part) => typeof part !== 'string').map(readerOf);
  const needle = needleOf(parts);

  /** The message, with the holes replaced that must not be shown. */
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
      // Dozens of wordings are tried on an access line. This test avoids most, and the compilation of their
      // expressions.
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
      // Most messages may be shown unchanged.
      if (!isWhole) return { fields, text: shown(message, found, fields) };
      return { fields, text: tail === undefined ? message : message.slice(0, message.length - tail.length - CAUSE_MARK) };
    },
  };
}

/** The longest literal text of a wording after its prefix. */
function needleOf(parts: readonly Part[]): string {
  let needle = '';
  for (let from = 1; from < parts.length; from++) {
    const text = leadingText(parts.slice(from));
    if (text.length > needle.length) needle = text;
  }
  return needle;
}

/** The literal text at the start of the parts. A hole with only one possible value counts as text. */
export function leadingText(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) {
    const literal = typeof part === 'string' ? part : onlyValueOf(part.type);
    if (literal === undefined) break;
    text += literal;
  }
  return text;
}

/** The only value of a hole such as `{method:GET}`; undefined for other holes. */
function onlyValueOf(type: HoleType): string | undefined {
  const { pattern } = holeSpec(type);
  return /^\w+$/.test(pattern) ? pattern : undefined;
}

function patternOf(part: Part, place: number, { length }: readonly Part[]): string {
  if (typeof part === 'string') return escaped(part);
  return `(${place === length - 1 && part.type === 'text' ? '.*' : holeSpec(part.type).pattern})`;
}

const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Reads one hole of a message. */
interface HoleReader {
  /** Adds the value of the hole to the fields. @returns whether it may be shown unchanged */
  take(raw: string, fields: FieldValues): boolean;
  /** The part of the value that may be shown, after `take`. */
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
