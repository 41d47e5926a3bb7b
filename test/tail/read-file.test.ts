import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/model/errors.js';
import type { LogInput } from '../../src/tail/log-input.js';
import { openLog, openStream } from '../../src/tail/read-file.js';
import { temporaryFolder } from './temporary.js';

const text = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${(i * 7919) % 104729}\n`).join('');

async function readAll(input: LogInput): Promise<string> {
  const pieces: Buffer[] = [];
  let expected = 0;
  for (let piece = await input.read(); piece !== undefined; piece = await input.read()) {
    expect(piece.offset).toBe(expected);
    expected += piece.bytes.length;
    pieces.push(Buffer.from(piece.bytes));
  }
  await input.close();
  return Buffer.concat(pieces).toString();
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe('a log is read', () => {
  const at = temporaryFolder();

  it('as it is', async () => {
    writeFileSync(at('a.log'), text);
    expect(await readAll(await openLog(at('a.log')))).toBe(text);
  });

  it('from where it is told, a gzipped one from its beginning', async () => {
    writeFileSync(at('a.log'), text);
    const input = await openLog(at('a.log'), 1000);
    const first = await input.read();
    expect(first?.offset).toBe(1000);
    expect(first?.bytes.toString()).toBe(text.slice(1000, 1000 + first!.bytes.length));
    await input.close();
    writeFileSync(at('a.log.1.gz'), gzipSync(text));
    expect(await readAll(await openLog(at('a.log.1.gz'), 1000))).toBe(text);
  });

  it('unpacked, by its first bytes and not by its name', async () => {
    writeFileSync(at('a.log.1'), gzipSync(text));
    expect(await readAll(await openLog(at('a.log.1')))).toBe(text);
  });

  it('unpacked where it was packed in several parts', async () => {
    writeFileSync(at('a.log.1.gz'), Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]));
    expect(await readAll(await openLog(at('a.log.1.gz')))).toBe('one\ntwo\n');
  });

  it('as plain text where only the name says .gz', async () => {
    writeFileSync(at('a.log.gz'), 'one\n');
    expect(await readAll(await openLog(at('a.log.gz')))).toBe('one\n');
  });

  it('to where a cut-off gzip can be read, and it is said', async () => {
    const packed = gzipSync(text);
    writeFileSync(at('a.log.1.gz'), packed.subarray(0, packed.length >> 1));
    const input = await openLog(at('a.log.1.gz'));
    const found = await readAll(input);
    expect(text.startsWith(found)).toBe(true);
    expect(found.length).toBeGreaterThan(text.length / 3);
    expect(input.fault).toMatch(/a\.log\.1\.gz cannot be read to its end: unexpected end of file \(it gave \d+ bytes/);
  });

  it('to where a broken gzip can be read, and it is said', async () => {
    const packed = gzipSync(text);
    packed.fill(0xa5, 10, 200);
    writeFileSync(at('a.log.1.gz'), packed);
    const input = await openLog(at('a.log.1.gz'));
    await readAll(input);
    expect(input.fault).toContain('cannot be read to its end');
  });

  it('also when it is empty', async () => {
    writeFileSync(at('a.log'), '');
    expect(await readAll(await openLog(at('a.log')))).toBe('');
    writeFileSync(at('b.log.gz'), gzipSync(''));
    expect(await readAll(await openLog(at('b.log.gz')))).toBe('');
  });

  it('from a stream', async () => {
    expect(await readAll(openStream(Readable.from([Buffer.from('one\n'), 'two\n'])))).toBe('one\ntwo\n');
  });

  it('from a stream that breaks off, and it is said', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('one\n');
        throw new Error('the pipe broke');
      })(),
    );
    const input = openStream(broken);
    await readAll(input);
    expect(input.fault).toBe('the pipe broke');
  });

  it('and its descriptor is closed', async () => {
    writeFileSync(at('a.log'), text);
    writeFileSync(at('a.log.1.gz'), gzipSync(text));
    const before = openDescriptors();
    for (const path of ['a.log', 'a.log.1.gz']) {
      const input = await openLog(at(path));
      await input.read();
      await input.close();
      await input.close();
    }
    expect(openDescriptors()).toBe(before);
  });
});

describe('a log is refused', () => {
  const at = temporaryFolder();

  it('when it is not there', async () => {
    await expect(openLog(at('none.log'))).rejects.toThrow(OperatorError);
    await expect(openLog(at('none.log'))).rejects.toThrow(/cannot read .*none\.log: ENOENT/);
  });

  it('when it is a folder', async () => {
    mkdirSync(at('folder.log'));
    await expect(openLog(at('folder.log'))).rejects.toThrow(/EISDIR/);
  });

  it('when it is packed in a way that cannot be undone here, with what to do', async () => {
    writeFileSync(at('a.log.7z'), Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]));
    await expect(openLog(at('a.log.7z'))).rejects.toMatchObject({
      message: expect.stringMatching(/packed with 7-Zip, which novaspan does not unpack$/),
      remedy: expect.stringMatching(/^unpack it first \(7z x a\.log\.7z\)/),
    });
  });
});

describe.each(['xz', 'zst', 'bz2'])('a log packed as .%s is read', (ending) => {
  const at = temporaryFolder();
  const packed = (name: string): string => new URL(`packed/${name}.log.${ending}`, import.meta.url).pathname;
  const lines = text.split('\n').slice(0, 3000).join('\n').concat('\n');

  it('to its end', async () => {
    expect(await readAll(await openLog(packed('lines')))).toBe(lines);
  });

  it('where it was packed in several parts', async () => {
    expect(await readAll(await openLog(packed('two')))).toBe('one\ntwo\n');
  });

  it('to where it is cut off, and it is said', async () => {
    writeFileSync(at('a.log'), readFileSync(packed('lines')).subarray(0, 6000));
    const before = openDescriptors();
    const input = await openLog(at('a.log'));
    expect(lines.startsWith(await readAll(input))).toBe(true);
    expect(input.fault).toMatch(/cannot be read to its end/);
    expect(openDescriptors()).toBe(before);
  });
});

describe('a log in UTF-16 is read', () => {
  const at = temporaryFolder();

  it.each([
    ['little', (bytes: Buffer) => bytes],
    ['big', (bytes: Buffer) => bytes.swap16()],
  ])('%s end first', async (_, order) => {
    writeFileSync(at('a.log'), order(Buffer.from(`\ufeff${text}ü\n`, 'utf16le')));
    expect(await readAll(await openLog(at('a.log'), 1000))).toBe(`${text}ü\n`);
  });
});

it.skipIf(spawnSync('mkfifo', ['--version']).status !== 0)('a named pipe is read as standard input is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-tail-'));
  try {
    spawnSync('mkfifo', [join(folder, 'a.log')]);
    const [read] = await Promise.all([openLog(join(folder, 'a.log')).then(readAll), writeFile(join(folder, 'a.log'), text)]);
    expect(read).toBe(text);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
