// What does a command cost that hardly does anything, beside bare Node.js? In turn, each many times.
import { median, table, timed } from './measure.mjs';

const TIMES = 25;
const ACTION = ['b8acd14b-35cc-4931-bd08-129b0bf97b38', 'req-5678fc57-4d2e-486d-95b7-7deb6d508747'];

export async function start({ main }) {
  const commands = [
    ['node -e 0', ['-e', '0']],
    ['novaspan --version', [main, '--version']],
    ['novaspan trace-id', [main, 'trace-id', ...ACTION]],
  ].map(([name, args]) => ({ name, argv: [process.execPath, ...args], all: [] }));
  for (let n = 0; n < TIMES; n++) for (const { argv, all } of commands) all.push((await timed(argv, { core: 0 })).cpu * 1000);
  const [bare, version, traceId] = commands.map(({ all }) => median(all));
  console.log(`\nStart: medians of ${TIMES}, in turn`);
  table(
    ['command', 'CPU ms', 'beside bare Node.js'],
    commands.map(({ name, all }) => [name, median(all).toFixed(0), `${(median(all) / bare).toFixed(2)} x`]),
  );
  return { version: version / bare, traceId: traceId / bare };
}
