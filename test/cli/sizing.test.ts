import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkLogs } from '../../src/check/check.js';
import { sizings, sizingText } from '../../src/cli/sizing.js';
import { replay } from '../../src/pipeline/replay.js';
import { GOLDEN } from '../support/scenario.js';
import { novaspan } from './surroundings.js';

const real = { engine: { check: checkLogs, replay } };
const boot = join(GOLDEN, 'create-succeeds-two-hosts-info');
const page = fileURLToPath(new URL('../../docs/sizing.md', import.meta.url));
/** Of 100 nodes, in ten hours. */
const example = { hosts: 100, hours: 10, lines: 40_000_000, actions: 4000, spans: 100_000 };
const sizing = (...args: string[]) => novaspan(['check', '--timezone', 'UTC', ...args], real);

describe('check --sizing', () => {
  it('says what was seen, and what so many nodes need, for each number', async () => {
    const { code, stdout } = await sizing('--sizing', '50,1000', boot);
    expect(code).toBe(0);
    const section = stdout.slice(stdout.indexOf('\nSizing\n'));
    expect(section).toMatch(
      /\n {2}seen: 2 node\(s\), \S+ hours; a node's hour: \S+ lines, \S+ actions of \S+ spans\n {2}nodes +50 +1,000\n/,
    );
    for (const part of ['Kafka', 'gateways', 'Jaeger', 'Cassandra', 'Prometheus']) expect(section).toContain(`\n  ${part} `);
  });

  it('is in the JSON', async () => {
    const { stdout } = await sizing('--sizing', '50', '--format', 'json', boot);
    const { sizing: all } = JSON.parse(stdout) as { sizing: { nodes: number; tracesPerSecond: number }[] };
    expect(all.map(({ nodes }) => nodes)).toEqual([50]);
    expect(all[0]!.tracesPerSecond).toBeGreaterThan(0);
  });

  it('shows for the example of docs/sizing.md what that page shows', () => {
    expect(readFileSync(page, 'utf8')).toContain(`\n${sizingText(sizings([50, 200, 1000, 10_000], example), example)}\`\`\`\n`);
  });

  it('is not there unasked', async () => {
    expect((await sizing(boot)).stdout).not.toContain('Sizing');
    expect((await sizing('--format', 'json', boot)).stdout).not.toContain('"sizing"');
  });

  it.each(['0', 'x', '5,', '1.5'])('refuses %s nodes', async (nodes) => {
    const { code, stderr } = await sizing('--sizing', nodes, boot);
    expect(code).toBe(64);
    expect(stderr).toContain('--sizing 50,200');
  });

  it('refuses logs of no compute node', async () => {
    const { code, stderr } = await sizing('--sizing', '5', join(boot, 'nova-scheduler@vm.log'));
    expect(code).toBe(65);
    expect(stderr).toContain('show no load');
  });
});
