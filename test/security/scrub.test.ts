import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrubbed } from '../../src/export/scrub.js';
import { scrubRules } from '../../src/export/scrub-rules.js';

describe('each rule', () => {
  it.each(scrubRules.flatMap(({ name, seen }) => seen.map(([text, leaves]) => ({ name, text, leaves }))))(
    '$name: $text',
    ({ text, leaves }) => {
      expect(scrubbed(text)).toBe(leaves);
    },
  );

  it.each(scrubRules)('$name, behind other letters, and with those of its needles in capitals or not', ({ seen, needles, finds }) => {
    for (const [text, leaves] of seen) expect(scrubbed(`Übergrößen – ${text}`)).toBe(`Übergrößen – ${leaves}`);
    if (!finds.ignoreCase) return;
    for (const [text, leaves] of seen) {
      if (text === leaves || !needles.some((needle) => text.toUpperCase().includes(needle.toUpperCase()))) continue;
      for (const other of [text.toUpperCase(), text.toLowerCase()]) expect(scrubbed(other), other).not.toBe(other);
    }
  });

  it.each(scrubRules)('$name has a text that it alone changes', ({ seen }) => {
    expect(seen.some(([text, leaves]) => text !== leaves)).toBe(true);
  });

  it.each(scrubRules)('$name: each of its texts that it changes holds one of its needles', ({ needles, seen }) => {
    for (const [text, leaves] of seen)
      if (text !== leaves)
        expect(
          needles.some((needle) => text.toLowerCase().includes(needle)),
          text,
        ).toBe(true);
  });
});

/** The names that oslo.utils' mask_password hides, over its releases; read in its source, oslo_utils/strutils.py. */
const OSLO = [
  'adminPass',
  'admin_pass',
  'password',
  'admin_password',
  'auth_token',
  'new_pass',
  'auth_password',
  'secret_uuid',
  'secret',
  'sys_pswd',
  'token',
  'original_password',
  'user_password',
  'fernetkey',
  'encryption_key',
  'private_key',
  'access_key',
  'api_key',
  'chap_password',
];

/** The forms in which mask_password finds a name and its value. */
const FORMS: readonly (readonly [string, (name: string, value: string) => string])[] = [
  ['name=value', (name, value) => `${name}=${value}`],
  ['name = value', (name, value) => `${name} = ${value}`],
  ["name='value'", (name, value) => `${name} = '${value}'`],
  ['name "value"', (name, value) => `${name} "${value}"`],
  ['--name value', (name, value) => `--${name} ${value}`],
  ['<name>value</name>', (name, value) => `<${name}>${value}</${name}>`],
  ['"name": "value"', (name, value) => `{"${name}" : "${value}"}`],
  ["u'name': u'value'", (name, value) => `{u'${name}': u'${value}'}`],
  ["'xname': 'value'", (name, value) => `{'node_${name}': '${value}'}`],
  ["'--name', 'value'", (name, value) => `['cmd', '--${name}', '${value}']`],
  ["'name', '--op', 'value'", (name, value) => `'${name}', '${value}'`],
];

describe('what oslo.utils hides', () => {
  it.each(OSLO.flatMap((name) => FORMS.map(([form, say]) => ({ name, form, text: say(name, 'Hunter2') }))))(
    '$name as $form',
    ({ text }) => {
      const leaves = scrubbed(`before ${text} after`);
      expect(leaves).not.toContain('Hunter2');
      expect(leaves).toMatch(/^before .*after$/);
    },
  );
});

describe('whatever the text', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'password',
      'token=',
      "'user_data': ",
      '"',
      "'",
      '\\',
      '{',
      '}',
      '://',
      '@',
      '-----BEGIN PRIVATE KEY-----',
      ',',
      ' ',
      '\n',
    ),
    fc.string({ maxLength: 8 }),
  );

  it('scrubbing twice changes no more than once', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const once = scrubbed(pieces.join(''));
        expect(scrubbed(once).length).toBeLessThanOrEqual(once.length + 3);
      }),
    );
  });

  it('a secret in quotes never leaves', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.constantFrom('password', 'auth_token', 'adminPass'), (pieces, name) => {
        const noise = pieces.join('').replaceAll('Zecret', '');
        expect(scrubbed(`${noise}\n'${name}': 'Zecret Value'`)).not.toContain('Zecret');
      }),
      { numRuns: 1000 },
    );
  });

  it.each(
    [
      'password',
      'password=',
      "'password': '",
      'user_data={',
      '://a',
      ',a:b',
      'authorization: ',
      'eyJa',
      'gAAAAA',
      'token"\\',
      '-----BEGIN ',
      'secret_',
      'AQ',
      '--a',
      '<a',
    ].map((text) => [text]),
  )('a megabyte of %j costs little', (text) => {
    const long = text.repeat(Math.ceil(1_000_000 / text.length));
    const start = process.cpuUsage().user;
    scrubbed(long);
    expect((process.cpuUsage().user - start) / 1000).toBeLessThan(1500);
  });
});
