import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nothingWrapped } from '../../../src/format/wrap/form.js';
import { formNamed, formOf, forms, unwrap } from '../../../src/format/wrap/index.js';
import { logForms } from '../../../src/model/form.js';
import { GOLDEN } from '../../support/scenario.js';

const seen = forms.flatMap(({ name, seen: lines }) => lines.map((line) => [name, line] as const));
const claims = (line: string): string[] => {
  const bytes = Buffer.from(line);
  return forms.filter((form) => unwrap(form, bytes, 0, bytes.length, nothingWrapped())).map(({ name }) => name);
};
const told = (line: string) => formOf(Buffer.from(line), 0, Buffer.byteLength(line));

describe('forms', () => {
  it('are those that can be asked for', () => {
    expect(['plain', ...forms.map(({ name }) => name)]).toEqual([...logForms]);
    for (const { name } of forms) expect(formNamed(name)?.name).toBe(name);
  });

  it.each(seen)('%s alone claims %s', (name, line) => {
    expect(claims(line)).toEqual([name]);
    expect(told(line)).toBe(name);
    expect(told(`${line}\r`)).toBe(name);
  });

  it('are all in docs/log-forms.md', () => {
    const text = readFileSync(new URL('../../../docs/log-forms.md', import.meta.url), 'utf8');
    for (const name of logForms) expect(text).toContain(`| \`${name}\` |`);
  });

  it('no line of a plain golden is claimed by any', () => {
    for (const scenario of ['create-succeeds-debug', 'seed-rebuild-newton', 'create-succeeds-epoxy-info'])
      for (const file of readdirSync(join(GOLDEN, scenario)).filter((name) => name.endsWith('.log')))
        for (const line of readFileSync(join(GOLDEN, scenario, file), 'utf8').split('\n')) expect(claims(line), line).toEqual([]);
  });

  it.each([
    ['oslo.log', '2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful'],
    ['vlog', '2026-11-21T01:50:38Z|00252|binding|INFO|Claiming lport x'],
    ['colours', '\x1b[00;32m2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful\x1b[00m'],
    ['grep -n', '12:2023-02-06 03:12:05.652 7 INFO nova.compute.claims [-] Claim successful'],
    ['a quotation', '>  2023-02-06 03:12:05.652 7 INFO nova.compute.claims [-] Claim successful'],
    ['Apache', '2023-02-06 03:12:05.652123 2023-02-06 03:12:05.652 7 INFO nova.compute.claims [-] Claim successful'],
    ['colours at the end', '2023-02-06 03:12:05.652 7 INFO nova.compute.claims [-] Claim successful\x1b[00m'],
    [
      'uWSGI',
      '[pid: 850|app: 0|req: 9/19] 127.0.0.1 () {38 vars in 892 bytes} [Sat Nov 21 02:38:10 2026] POST /v2.0/ports => generated 1 bytes in 1200 msecs (HTTP/1.1 201)',
    ],
  ])('plain is a line of %s', (_what, line) => {
    expect(told(line)).toBe('plain');
  });

  it.each([
    ['XML', '  <domain type="kvm">'],
    ['an object that is no record', '{"server": {"name": "single", "time": "now"}}'],
    ['a record without its end', seen.find(([name]) => name === 'oslo-json')![1].slice(0, 200)],
    ['an entry of docker without its end', '{"log":"2026-11-21 01:50:31.664 7 INFO x [-] y\\n","stream":"stdo'],
    ['an entry without a message', '{"__REALTIME_TIMESTAMP":"1795225831664123","MESSAGE":null}'],
    ['a date only', '2026-11-21'],
    ['nothing', ''],
    ['a month that is none', 'Nox 21 10:50:31 cmp1 nova_compute[1]: x'],
    ['a header without its colon', 'Nov 21 10:50:31 cmp1 nova_compute x'],
  ])('nothing is said by %s', (_what, line) => {
    expect(told(line)).toBeUndefined();
  });

  it('structured data without its end is no record of RFC 5424', () => {
    expect(claims('<30>1 2026-11-21T01:50:31Z cmp1 nova 7 - [x@1 a="b')).toEqual([]);
    expect(claims('<30>1 2026-11-21T01:50:31Z cmp1 nova 7 - -')).toEqual(['rfc5424']);
  });

  it('bytes of any kind never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seen),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
        fc.nat(),
        ([, line], faults, cut) => {
          const bytes = Buffer.from(line);
          for (const [place, byte] of faults) bytes[place % bytes.length] = byte;
          formOf(bytes, 0, cut % (bytes.length + 1));
        },
      ),
    );
  });
});
