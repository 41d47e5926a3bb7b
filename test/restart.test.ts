import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hours, minutes, seconds } from '../src/model/time.js';
import { type Chance, type Checkpoint, Follower, moved, type Script, scriptsOf, spanOf } from './support/restarts.js';
import { GOLDEN, type Log, logsOf, scenarios } from './support/scenario.js';

/** What a run sends that is killed now and then, and how often. */
function disturbed(scripts: readonly Script[], long: number, chance: Chance): { sent: string[]; kills: number; savedLines: number } {
  const { first, last } = spanOf(scripts.map(({ log }) => log));
  const follower = new Follower(scripts, long);
  let checkpoint: Checkpoint | undefined;
  let kills = 0;
  /** out of ten: how often the backend takes a trace; it changes */
  let mood = chance(11);
  for (let now = first; now < last + hours(15); ) {
    now += now < last + minutes(10) ? seconds(STEPS[chance(STEPS.length)]!) : hours(1);
    follower.poll(now);
    if (chance(12) === 0) mood = chance(11);
    follower.deliver(() => chance(10) < mood);
    if (chance(4) === 0) checkpoint = follower.checkpoint() ?? checkpoint;
    follower.deliver(() => chance(10) < mood);
    if (kills < 6 && chance(12) === 0) {
      kills++;
      follower.restart(checkpoint, chance);
      follower.catchUp(now, chance);
    }
  }
  follower.deliver(() => true);
  return { sent: follower.sent, kills, savedLines: follower.savedLines };
}
const STEPS = [1, 2, 5, 10, 20, 60, 150];

/** What a run sends that nothing happens to. */
function undisturbed(scripts: readonly Script[]): string[] {
  const { first, last } = spanOf(scripts.map(({ log }) => log));
  const follower = new Follower(scripts);
  for (let now = first; now < last + hours(15); now += now < last + minutes(10) ? seconds(5) : hours(1)) follower.poll(now);
  follower.deliver(() => true);
  return follower.sent.sort();
}

const distinct = (bytes: readonly string[]): string[] => [...new Set(bytes)].sort();

const all = new Map<string, Log[]>();
beforeAll(async () => {
  for (const scenario of scenarios()) all.set(scenario, await logsOf(join(GOLDEN, scenario)));
});

/** Pauses of up to 40 minutes in a scenario: what is open then is open for long. */
const withPauses = (name: string, chance: Chance, later: number, mark: string): Log[] => {
  const logs = all.get(name)!;
  const { first, last } = spanOf(logs);
  const pauses = Array.from({ length: chance(3) }, () => ({
    after: first + chance(Math.ceil(last - first) + 1),
    long: seconds([10, 100, 400, 900, 2400][chance(5)]!),
  }));
  return moved(logs, mark, later - first, pauses);
};

const START = Date.UTC(2026, 10, 21);

describe.each(scenarios())('%s, followed by what is killed now and then', (scenario) => {
  it('tells what an undisturbed run tells', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const chance: Chance = (below) => (numbers.next().value as number) % below;
        const scripts = scriptsOf(withPauses(scenario, chance, START, 'a'));
        const expected = undisturbed(scripts);
        const { sent } = disturbed(scripts, seconds([5, 60, 300, 600][chance(4)]!), chance);
        expect(distinct(sent)).toEqual(expected);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 5) },
    );
  });
});
