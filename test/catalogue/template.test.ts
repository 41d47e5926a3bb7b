import { describe, expect, it } from 'vitest';
import type { FieldsOf } from '../../src/catalogue/event.js';
import { compileTemplate, parseTemplate } from '../../src/catalogue/template.js';
import type { OperatorError } from '../../src/model/errors.js';

describe('parseTemplate', () => {
  it('takes a wording apart', () => {
    expect(parseTemplate('Setting lport {port:uuid} up in Southbound')).toEqual([
      'Setting lport ',
      { name: 'port', type: 'uuid' },
      ' up in Southbound',
    ]);
  });

  it('leaves braces that are no holes alone', () => {
    expect(parseTemplate("{'a': {n:int}}")).toEqual(["{'a': ", { name: 'n', type: 'int' }, '}']);
  });

  it.each([
    ['a hole of an unknown type', '{port:uuidd}', 'unknown type "uuidd"'],
    ['a name twice', '{port:uuid} {port:uuid}', 'gives the field "port" twice'],
    ['a name that another hole gives', '{port:uuid} {vif:vif}', 'gives the field "port" twice'],
    ['two unbounded holes before the end', '{a:rest}x{b:rest}y', 'two unbounded holes'],
  ])('refuses %s', (_, wording, why) => {
    expect(() => parseTemplate(wording)).toThrow(why);
    expect(() => parseTemplate(wording)).toThrow(expect.objectContaining({ code: 'CATALOGUE_INVALID' }) as OperatorError);
  });
});

describe('compileTemplate', () => {
  it('reads numbers as numbers and shows them as they were', () => {
    expect(compileTemplate('Took {seconds:float} seconds to build instance.', 'INFO').read('Took 8.10 seconds to build instance.')).toEqual(
      {
        fields: { seconds: 8.1 },
        text: 'Took 8.10 seconds to build instance.',
      },
    );
  });

  it('keeps the exception that oslo.log appends to errors', () => {
    const template = compileTemplate('Instance failed to spawn', 'ERROR');
    expect(template.read('Instance failed to spawn')?.fields).toEqual({});
    expect(template.read('Instance failed to spawn: nova.exception.NoMoreFixedIps: none')?.fields).toEqual({
      cause: 'nova.exception.NoMoreFixedIps: none',
    });
    expect(template.read('Instance failed to spawn: x')?.text).toBe('Instance failed to spawn');
    expect(template.read(`Instance failed to spawn: ${'x'.repeat(9999)}`)?.fields['cause']).toHaveLength(500);
  });

  it('takes no exception where there can be none', () => {
    expect(compileTemplate('Starting instance...', 'DEBUG').read('Starting instance...: oops')).toBeUndefined();
  });

  it('never shows what an opaque hole holds', () => {
    const reading = compileTemplate('CMD "{command:rest}" returned: {status:int} in {seconds:float}s', 'DEBUG').read(
      'CMD "echo secret" returned: 0 in 0.012s',
    );
    expect(reading).toEqual({ fields: { status: 0, seconds: 0.012 }, text: 'CMD "…" returned: 0 in 0.012s' });
  });

  it('takes the rest of the line as text, and keeps 500 characters of it', () => {
    expect(compileTemplate('Error: {error:text}', 'ERROR').read(`Error: ${'x'.repeat(9999)}`)?.fields['error']).toHaveLength(500);
  });

  it.each([
    ['Running txn command(idx=0): X', 'before ovsdbapp 0.11'],
    ['Running txn n=1 command(idx=0): X', 'up to 2026.1'],
    ['Running txn 1a2b3c4d n=1 command(idx=0): X', 'from 2026.2'],
  ])('reads %s (%s)', (line) => {
    expect(compileTemplate('Running {txn:txn}: X', 'DEBUG').read(line)).toEqual({ fields: {}, text: line });
  });

  it('hides door keys in URLs', () => {
    const { read } = compileTemplate('{url:url}', 'INFO');
    expect(read('/v2.1/os-console-auth-tokens/f9906a48')?.fields['url']).toBe('/v2.1/os-console-auth-tokens/…');
    expect(read('/x?token=abc&limit=5')?.fields['url']).toBe('/x?token=…&limit=5');
  });
});

it('fields are typed by their wording', () => {
  const built: FieldsOf<'instance.built'> = { seconds: 1 };
  const plugged: FieldsOf<'vif.plugged'> = { port: 'a', tap: 'b' };
  const claimed: FieldsOf<'lport.claimed'> = { port: 'a' };
  // @ts-expect-error a number of seconds is no text
  const wrong: FieldsOf<'instance.built'> = { seconds: 'x' };
  expect([built, plugged, claimed, wrong]).toHaveLength(4);
});
