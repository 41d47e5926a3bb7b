// `npm run measure:packages`: what each package in out/ weighs, and how fast what it installs starts, as the table of docs/deploy.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, isThere, megabytes, OUT } from './common.mjs';

const RUNS = 15;
/** How each is unpacked into a folder, and where the program is then. */
const KINDS = [
  [/\.deb$/, 'dpkg-deb', (file, to) => execFileSync('dpkg-deb', ['--extract', file, to]), 'usr/bin/novaspan'],
  [
    /\.rpm$/,
    'rpm2archive',
    (file, to) => execFileSync('sh', ['-ec', 'rpm2archive - < "$1" | tar -xz -C "$2"', 'sh', file, to]),
    'usr/bin/novaspan',
  ],
  [/^novaspan$/, 'sh', (file, to) => copyFileSync(file, join(to, 'novaspan')), 'novaspan'],
  [/\.tgz$/, 'npm', installWithNpm, 'bin/novaspan'],
];

function installWithNpm(file, to) {
  execFileSync('npm', ['install', '--silent', '--global', '--offline', '--no-audit', '--no-fund', '--prefix', to, file]);
}

console.log('| package | file | installed | `--version` | `demo` |\n| --- | --- | --- | --- | --- |');
const names = existsSync(OUT) ? readdirSync(OUT) : [];
for (const [form, tool, unpack, program] of KINDS) {
  for (const name of names.filter((each) => form.test(each))) {
    if (!isThere(tool)) console.log(`| ${name} | ${megabytes(join(OUT, name))} | there is no ${tool} here | | |`);
    else await inTemporaryFolder('measure', (folder) => measure(name, (file) => unpack(file, folder), folder, program));
  }
}

function measure(name, unpack, folder, program) {
  unpack(join(OUT, name));
  const home = join(folder, '.home');
  mkdirSync(home);
  const start = (...args) => `${fastest(join(folder, program), args, home)} ms`;
  console.log(`| ${name} | ${megabytes(join(OUT, name))} | ${sizeOf(folder)} | ${start('--version')} | ${start('demo')} |`);
}

function sizeOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return `${(files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 1e6).toFixed(1)} MB`;
}

/** The fastest of some: what else the machine does makes the others slower. */
function fastest(program, args, home) {
  const times = Array.from({ length: RUNS }, () => {
    const from = process.hrtime.bigint();
    const { status, stderr } = spawnSync(program, args, { env: { PATH: process.env.PATH, HOME: home }, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
    return Number(process.hrtime.bigint() - from) / 1e6;
  });
  return Math.round(Math.min(...times));
}
