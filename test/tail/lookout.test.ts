import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLogFinder } from '../../src/tail/lookout.js';
import { temporaryFolder } from './temporary.js';

const at = temporaryFolder();

describe('createLogFinder', () => {
  it('sees at once what comes and goes, in folders below as well', async () => {
    mkdirSync(at('nova'), { recursive: true });
    writeFileSync(at('nova/nova-api.log'), '');
    const lookOut = createLogFinder([at()]);
    const names = async (): Promise<string[]> => (await lookOut()).logs.map((log) => log.slice(at('/').length));
    for (let i = 0; i < 3; i++) expect(await names()).toEqual(['nova/nova-api.log']);
    mkdirSync(at('ovn'));
    writeFileSync(at('ovn/ovn-controller.log'), '');
    expect(await names()).toEqual(['nova/nova-api.log', 'ovn/ovn-controller.log']);
    renameSync(at('nova/nova-api.log'), at('nova/nova-api.log.1'));
    rmSync(at('ovn'), { recursive: true });
    expect(await names()).toEqual([]);
  });

  it('keeps what it found while the folders have not changed for a while, and for ten seconds at most', async () => {
    writeFileSync(at('nova-api.log'), '');
    let now = Date.now();
    const lookOut = createLogFinder([at('*.log')], () => now);
    const first = await lookOut();
    // The folder has changed this lately: it may have changed again.
    expect(await lookOut()).not.toBe(first);
    now += 3000;
    const second = await lookOut();
    expect(await lookOut()).toBe(second);
    writeFileSync(at('nova-compute.log'), '');
    const third = await lookOut();
    expect(third.logs).toEqual([at('nova-api.log'), at('nova-compute.log')]);
    now += 3000;
    const fourth = await lookOut();
    expect(await lookOut()).toBe(fourth);
    now += 10_000;
    expect(await lookOut()).not.toBe(fourth);
  });
});
