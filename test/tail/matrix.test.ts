import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LogPosition } from '../../src/tail/position.js';
import { createTailer, type Tailer } from '../../src/tail/tailer.js';
import { collectLines, goingOn, tally } from './collect.js';
import { type Case, cases, type How, outcomeOf, type Reader, RotatedLog, type Step, withMatrix } from './matrix.js';
import { temporaryFolder } from './temporary.js';

const at = temporaryFolder();

const hasLogrotate = spawnSync('logrotate', ['--version']).status === 0;
if (!hasLogrotate) console.warn('logrotate is not installed: the matrix is tested without it (apt-get install logrotate)');

/** Plays a case, and gives what was handed over. */
async function play({ steps }: Case, reader: Reader, rotate: (log: RotatedLog, step: Step) => void) {
  const log = new RotatedLog(at('a.log'));
  const { sink, lines } = collectLines();
  const { count, counts } = tally();
  let now = 0;
  const start = (positions: readonly LogPosition[]): Tailer =>
    createTailer({
      paths: [at('a.log')],
      open: () => sink,
      clock: { now: () => now, sleep: async () => undefined },
      count,
      begin: goingOn(positions),
    });
  let tailer = start([]);
  const drain = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await tailer.poll();
      now += 11_000;
    }
  };
  log.write(3);
  await tailer.poll();
  const read = log.lines.length;
  if (reader === 'down') {
    const positions = JSON.parse(JSON.stringify(tailer.positions())) as LogPosition[];
    await tailer.close();
    tailer = start(positions);
  }
  log.write(2);
  const written = log.lines.length;
  for (const step of steps) {
    if (step.midLine) log.writeHalf();
    rotate(log, step);
    log.endHalf();
    if (step.next === undefined || step.next === 'a line') log.write();
    if (step.next === 'many lines') log.write(20);
  }
  await drain();
  log.write(2);
  now += 601_000;
  await drain();
  await tailer.close();
  return { lines, counts, written: log.lines, unread: log.lines.slice(read, written) };
}

const readers: readonly Reader[] = ['up', 'down'];
const plays = cases.flatMap((each) => each.hows.flatMap((how) => readers.map((reader) => ({ each, how, reader, name: each.name }))));

function expectOutcome({ lines, counts, written, unread }: Awaited<ReturnType<typeof play>>, each: Case, how: How, reader: Reader): void {
  const { lost, counts: counted } = outcomeOf(each, how, reader);
  expect(lines).toEqual(lost === 'nothing' ? written : written.filter((line) => !unread.includes(line)));
  expect(Object.keys(counts).sort()).toEqual([...counted].sort());
}

describe.each(plays)('$name, $how, reader $reader', ({ each, how, reader }) => {
  it('gives what the matrix says', async () => {
    expectOutcome(await play(each, reader, (log, step) => log.rotate(how, step)), each, how, reader);
  });

  it.skipIf(!hasLogrotate || each.logrotate === undefined)('and with logrotate', async () => {
    const config = at('rotate.conf');
    const options = ['rotate 9', 'missingok', 'ifempty', ...(each.logrotate ?? []), how === 'rename' ? 'create' : 'copytruncate'];
    writeFileSync(config, `"${at('a.log')}" {\n${options.map((line) => `  ${line}\n`).join('')}}\n`, { mode: 0o600 });
    const outcome = await play(each, reader, () => {
      execFileSync('logrotate', ['--force', '--state', at('state'), config], { stdio: 'pipe' });
    });
    expectOutcome(outcome, each, how, reader);
  });
});

it('docs/tailing.md has the matrix as it is (vitest --update writes it)', async () => {
  const page = fileURLToPath(new URL('../../docs/tailing.md', import.meta.url));
  await expect(withMatrix(readFileSync(page, 'utf8'))).toMatchFileSnapshot(page);
});

it('the writer of the matrix writes what it says', () => {
  const log = new RotatedLog(at('a.log'));
  log.write(2);
  expect(readFileSync(at('a.log'), 'latin1')).toBe(`${log.lines.join('\n')}\n`);
});
