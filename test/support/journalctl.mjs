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
const cursor = optionOf('after-cursor');
const since = Number(optionOf('since')?.slice(1) ?? 0);
let from = 0;
const text = readFileSync(file);
if (cursor !== undefined) {
  const at = text.indexOf(`"__CURSOR":"${cursor}"`);
  if (at === -1) {
    process.stderr.write('Failed to seek to cursor: Invalid argument\n');
    process.exit(1);
  }
  from = text.indexOf('\n', at) + 1;
}
const timeOf = (line) => Number(/"__REALTIME_TIMESTAMP":"(\d+)"/.exec(line)?.[1] ?? 0) / 1e6;
const print = (bytes) => {
  const wanted = bytes
    .toString()
    .split(/(?<=\n)/)
    .filter((line) => since === 0 || timeOf(line) >= since)
    .join('');
  process.stdout.write(wanted);
};
print(text.subarray(from));
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
