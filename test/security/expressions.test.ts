import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holes } from '../../src/catalogue/holes.js';
import { scrubRules } from '../../src/export/scrub-rules.js';

/** One thing of an expression that may be repeated. */
interface Atom {
  /** a pattern for one character of it; undefined for a group */
  readonly one: string | undefined;
  readonly inside: readonly Atom[];
  readonly isEndless: boolean;
  readonly mayBeNothing: boolean;
}

/** Takes an expression apart, as far as is needed to see what in it repeats without end. */
function atomsOf(source: string): Atom[] {
  let at = 0;
  const sequence = (): Atom[] => {
    const atoms: Atom[] = [];
    while (at < source.length && source[at] !== ')') {
      const start = at;
      let inside: Atom[] = [];
      let one: string | undefined;
      if (source[at] === '(') {
        at = /^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/.exec(source.slice(at))![0].length + at;
        inside = sequence();
        at++;
      } else if (source[at] === '[') {
        for (at++; source[at] !== ']'; at++) if (source[at] === '\\') at++;
        one = source.slice(start, ++at);
      } else {
        at += source[at] === '\\' ? (/^\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|k<\w+>|.)/i.exec(source.slice(at))?.[0].length ?? 2) : 1;
        one = source.slice(start, at);
      }
      const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(source.slice(at))?.[0] ?? '';
      at += quantifier.length;
      atoms.push({
        one: one === '|' || one === '^' || one === '$' || one === '\\b' ? undefined : one,
        inside,
        isEndless: /^[*+]|,\}/.test(quantifier),
        mayBeNothing: /^[*?]|^\{0/.test(quantifier) || (inside.length > 0 && inside.every(({ mayBeNothing }) => mayBeNothing)),
      });
    }
    return atoms;
  };
  return sequence();
}

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const meet = (a: string, b: string): boolean => {
  const [one, other] = [new RegExp(`^${a}$`, 's'), new RegExp(`^${b}$`, 's')];
  return ASCII.some((char) => one.test(char) && other.test(char));
};
const hasEndless = (atoms: readonly Atom[]): boolean => atoms.some(({ isEndless, inside }) => isEndless || hasEndless(inside));

/** `(?:\.\w+)+`: each turn begins with what no turn goes on with, so that there is one way to take a text. */
function isLed([first, ...rest]: readonly Atom[]): boolean {
  if (first?.one === undefined || first.isEndless || first.mayBeNothing) return false;
  const { one } = first;
  return rest.every((atom) => (atom.one === undefined ? !hasEndless(atom.inside) : !atom.isEndless || !meet(one, atom.one)));
}

/** Where an expression may take more than linear time: repetition in a repetition, or two side by side that take the same. */
function faultsOf(source: string): string[] {
  const faults: string[] = [];
  const look = (atoms: readonly Atom[]): void => {
    for (const [place, atom] of atoms.entries()) {
      if (atom.isEndless && hasEndless(atom.inside) && !isLed(atom.inside)) faults.push('a repetition in a repetition');
      look(atom.inside);
      if (!atom.isEndless || atom.one === undefined) continue;
      for (const next of atoms.slice(place + 1)) {
        if (next.isEndless && next.one !== undefined && meet(atom.one, next.one)) faults.push(`${atom.one} beside ${next.one}`);
        if (!next.mayBeNothing) break;
      }
    }
  };
  look(atomsOf(source));
  return faults;
}

const SRC = new URL('../../src/', import.meta.url).pathname;
/** A literal that follows what a literal may follow. */
const LITERAL =
  /(?:[=(,:[?]|=>|return) ?\/((?:[^/\\\n[*]|\\.|\[(?:[^\]\\\n]|\\.)*\])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])*)\/[dgimsuy]*/g;

function literalsIn(folders: readonly string[]): { file: string; source: string }[] {
  return folders.flatMap((folder) =>
    (readdirSync(join(SRC, folder), { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        readFileSync(join(SRC, folder, file), 'utf8')
          .split('\n')
          .filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line))
          .flatMap((line) => [...line.matchAll(LITERAL)].map(([, source]) => ({ file: `${folder}/${file}`, source: source! }))),
      ),
  );
}

/** Not linear by their form, but in what they are given. */
const ARGUED: Readonly<Record<string, string>> = {
  // `trim` of one pair of a list in the environment, which no log line reaches
  '^\\s*([^=\\s][^=]*?)\\s*=\\s*(.*?)\\s*$': 'OTEL_RESOURCE_ATTRIBUTES',
};

describe('the look for slow expressions', () => {
  it.each(['(a+)+', '(?:a*b?)*', '\\s*\\s*', '\\w+\\d*', '(?:x(?:y+))*', '.*.*'])('sees that %s is one', (source) => {
    expect(faultsOf(source)).not.toEqual([]);
  });

  it.each(['a+b+', '\\d+\\.\\d+', '[^|]+\\|.*', '(?:a|b)+', '(?:\\.\\w+)+', '\\S{1,64} \\S+'])('sees that %s is none', (source) => {
    expect(faultsOf(source)).toEqual([]);
  });
});

describe('no expression that sees a line can be slow by its form', () => {
  it.each(Object.entries(holes))('the hole %s', (_, { pattern }) => {
    expect(faultsOf(pattern)).toEqual([]);
  });

  it.each(scrubRules)('the scrubber: $name', ({ finds }) => {
    expect(faultsOf(finds.source)).toEqual([]);
  });

  const literals = literalsIn(['format', 'catalogue', 'tail', 'export', 'trace', 'correlate', 'lifecycle', 'pipeline']);

  it('they are found', () => {
    expect(literals.length).toBeGreaterThan(60);
  });

  it.each(literals.filter(({ source }) => ARGUED[source] === undefined))('$file: $source', ({ source }) => {
    expect(faultsOf(source)).toEqual([]);
  });
});
