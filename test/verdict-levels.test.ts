import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Culprit, verdictOf } from '../src/export/verdict.js';
import type { FinishedTrace } from '../src/model/span.js';
import { correlate, GOLDEN, type Log, logsOf } from './support/scenario.js';

/*
 * No action may get at INFO a culprit that its DEBUG lines contradict. Every recorded action is read twice: as it is, and
 * without its DEBUG lines. VERDICT_CORPORA=dir[:dir] reads all scenarios of other directories as well, and prints a table.
 */

const more = (process.env['VERDICT_CORPORA'] ?? '').split(':').filter((dir) => dir !== '' && existsSync(dir));
const inDir = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name))
    .sort();

const atInfo = (logs: readonly Log[]): Log[] =>
  logs.map((log) => ({ ...log, events: log.events.filter(({ level }) => level !== 'DEBUG') }));

const keyOf = ({ form, instance, request }: FinishedTrace): string => `${form} ${instance} ${request}`;
const namesOf = (name: string): string[] => name.split(' + ');

/** Every phase that a culprit is, is a part of, or was waited for by. */
const chainOf = ({ name, within }: Culprit): Set<string> => new Set([name, ...within.map((span) => span.name)].flatMap(namesOf));

interface Compared {
  readonly what: string;
  readonly debug: string;
  readonly info: string;
  readonly is: 'equal' | 'coarser' | 'contradicted';
}

function compare(what: string, debug: Culprit | undefined, info: Culprit | undefined): Compared {
  const is =
    info?.name === debug?.name
      ? 'equal'
      : info === undefined || (debug !== undefined && namesOf(info.name).some((name) => chainOf(debug).has(name)))
        ? 'coarser'
        : 'contradicted';
  return { what, debug: debug?.name ?? '-', info: info?.name ?? '-', is };
}

async function compareAll(dir: string): Promise<Compared[]> {
  const logs = await logsOf(dir);
  if (!logs.some(({ events }) => events.some(({ level }) => level === 'DEBUG'))) return [];
  const actions = ({ form, action }: FinishedTrace): boolean => form === 'action' && action === 'create';
  const debug = new Map(
    correlate(logs)
      .filter(actions)
      .map((trace) => [keyOf(trace), trace]),
  );
  return correlate(atInfo(logs))
    .filter(actions)
    .flatMap((trace) => {
      const same = debug.get(keyOf(trace));
      const what = `${dir.split('/').slice(-2).join('/')} ${trace.action} ${trace.instance.slice(0, 8)}`;
      // Who writes the root of a failed build is another question.
      return same === undefined || same.spans[0]!.service !== trace.spans[0]!.service
        ? []
        : [compare(what, verdictOf(same).culprit, verdictOf(trace).culprit)];
    });
}

describe.each([...inDir(GOLDEN), ...more.flatMap(inDir)])('boots of %s', (dir) => {
  it('get at INFO no culprit that DEBUG contradicts', async () => {
    const compared = await compareAll(dir);
    if (more.length > 0) for (const { what, is, debug, info } of compared) console.log(`${is}\t${what}\t${debug}\t${info}`);
    expect(compared.filter(({ is }) => is === 'contradicted')).toEqual([]);
  });
});
