#!/usr/bin/env node
// Stands in for journalctl: prints the entries of a file, as far as they are asked for. What it does otherwise is in the file beside it.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const file = process.env.JOURNAL_FILE;
const args = process.argv.slice(2);
const optionOf = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const behaviour = existsSync(`${file}.do`) ? JSON.parse(readFileSync(`${file}.do`, 'utf8')) : {};
writeFileSync(`${file}.calls`, `${JSON.stringify(args)}\n`, { flag: 'a' });

if (behaviour.exit !== undefined) {
  process.stderr.write(behaviour.says ?? '');
  process.exit(behaviour.exit);
}
// As the real one does: an entry that is gone stands for the next one in time.
const cursor = optionOf('cursor');
const since = Number(optionOf('since')?.slice(1) ?? 0);
const text = readFileSync(file);
if (cursor !== undefined && !/;t=[0-9a-f]+/.test(cursor)) {
  process.stderr.write('Failed to seek to cursor: Invalid argument\n');
  process.exit(1);
}
const timeOf = (line) => Number(/"__REALTIME_TIMESTAMP":"(\d+)"/.exec(line)?.[1] ?? 0) / 1e6;
const lines = text.toString().split(/(?<=\n)/);
let from = 0;
if (cursor !== undefined && !text.includes(`"__CURSOR":"${cursor}"`)) {
  const at = Number.parseInt(/;t=([0-9a-f]+)/.exec(cursor)[1], 16) / 1e6;
  const next = lines.findIndex((line) => timeOf(line) > at);
  from = Buffer.byteLength(lines.slice(0, next === -1 ? undefined : next).join(''));
} else if (cursor !== undefined) from = text.lastIndexOf('\n', text.indexOf(`"__CURSOR":"${cursor}"`)) + 1;
const print = (bytes) => {
  const wanted = bytes
    .toString()
    .split(/(?<=\n)/)
    .filter((line) => since === 0 || timeOf(line) >= since)
    .join('');
  process.stdout.write(wanted);
};
const newest = Number(optionOf('lines') ?? Number.POSITIVE_INFINITY);
print(lines.length > newest ? Buffer.from(lines.slice(-newest).join('')) : text.subarray(from));
if (behaviour.cut !== undefined) process.stdout.write(behaviour.cut, () => process.kill(process.pid, 'SIGKILL'));
else if (args.includes('--follow')) {
  let read = text.length;
  setInterval(() => {
    const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: -1 };
    if (size === -1) process.exit(0);
    if (size <= read) return;
    print(readFileSync(file).subarray(read, size));
    read = size;
  }, 5);
  process.stdout.on('error', () => process.exit(0));
}
