import { describe, expect, it } from 'vitest';
import { panelsIn, substitute } from '../../grafana/source/queries.js';
import { boards } from './boards.js';
import { faultsOf, type Given, promtool } from './expr.js';

/** Expressions of panels, asked of series that we know: what was shown was parsed without a fault, and still not true. */

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr?: string; readonly legendFormat?: string }[];
}

const VALUES = {
  __range: '1h',
  __interval: '1m',
  window: '1h',
  host: '.*',
  cluster: '.*',
  sidecar: '.*',
  action: '.*',
  stage: 'lport claim',
};

/** The expression of a panel's target, as it is asked. */
function exprOf(uid: string, title: string, legend?: string, values: Readonly<Record<string, string>> = {}): string {
  const board = boards.find(({ file, json }) => file.startsWith('tempo/') && json['uid'] === uid)!;
  const panel = (panelsIn(board.json) as unknown as Panel[]).find((each) => each.title === title);
  const target = panel?.targets?.find(({ legendFormat }) => legend === undefined || legendFormat === legend);
  if (target?.expr === undefined) throw new Error(`no such panel: ${title}`);
  return substitute(target.expr, { ...VALUES, ...values });
}

const ON = 'instance="cmp1:9464", job="novaspan"';

describe.skipIf(!promtool)('an expression', () => {
  const holds = (series: Readonly<Record<string, string>>, ...given: readonly Given[]) => expect(faultsOf(series, given)).toBe('');
  const counted = (outcome: string, action = 'create') =>
    `novaspan_actions_total{action="${action}", outcome="${outcome}", host="cmp1", ${ON}}`;

  it('of a share of failures is 0 where none ever failed, of any action, and nothing where none ended', () => {
    // Only boots have series of failures from the start.
    const failed = exprOf('novaspan-actions', 'Failed', undefined, { action: 'delete' });
    holds(
      { [counted('succeeded', 'delete')]: '0+1x120' },
      { expr: failed, minute: 20, gives: [{ labels: '{}', value: 0 }] },
      { expr: exprOf('novaspan-actions', 'Failed', undefined, { action: 'resize' }), minute: 20, gives: [] },
    );
  });

  it('of rare actions sees the first of a kind on a host', () => {
    const rebuild = `{action="rebuild", outcome="succeeded", host="cmp1", ${ON}}`;
    const series = {
      [`novaspan_build_info{${ON}}`]: '1x400',
      [`novaspan_actions_total${rebuild}`]: `${'_ '.repeat(280)}1x120`,
      [`novaspan_action_duration_seconds_sum${rebuild}`]: `${'_ '.repeat(280)}6x120`,
      [`novaspan_action_duration_seconds_count${rebuild}`]: `${'_ '.repeat(280)}1x120`,
    };
    const shown = (title: string) => exprOf('novaspan-actions', title, undefined, { action: 'rebuild' });
    const gives = (value: number) => [{ labels: '{}', value }];
    holds(
      series,
      { expr: shown('Ended'), minute: 75, gives: gives(1) },
      { expr: shown('Failed'), minute: 75, gives: gives(0) },
      { expr: shown('Mean'), minute: 75, gives: gives(6) },
    );
  });

  it('of bars has each event in one bar, also one between two scrapes of different steps, and no event in two', () => {
    // One boot ends between minute 2:45 and 3:00, another between 3:00 and 3:15.
    const expr = exprOf('novaspan-boots', 'Boots, by outcome');
    const at = (minute: number, value: number): Given => ({ expr, minute, gives: [{ labels: '{outcome="succeeded"}', value }] });
    holds({ [counted('succeeded')]: '7x11 8 9x40' }, at(2, 0), at(3, 1), at(4, 1), at(5, 0), at(9, 0));
  });

  it('of bars takes a sidecar that begins anew for no event', () => {
    const expr = exprOf('novaspan-boots', 'Boots, by outcome');
    holds({ [counted('succeeded')]: '7x11 0x40' }, { expr, minute: 3, gives: [{ labels: '{outcome="succeeded"}', value: 0 }] });
  });

  it('of failures by reason sees the first of a reason, where the sidecar was there before', () => {
    const expr = exprOf('novaspan-boots', 'Failures by reason');
    const reason = (name: string) => `novaspan_actions_failed_total{action="create", reason="${name}", host="cmp1", ${ON}}`;
    holds(
      { [`novaspan_build_info{${ON}}`]: '1x400', [reason('NoValidHost')]: `${'_ '.repeat(280)}1x120`, [reason('BuildAbort')]: '5x400' },
      { expr, minute: 75, gives: [{ labels: '{reason="NoValidHost"}', value: 1 }] },
    );
    // A minute after its own first scrape it is known to be new, too.
    holds(
      { [`novaspan_build_info{${ON}}`]: `${'_ '.repeat(200)}1x200`, [reason('NoValidHost')]: `${'_ '.repeat(204)}2x200` },
      { expr, minute: 75, gives: [{ labels: '{reason="NoValidHost"}', value: 2 }] },
    );
    // A sidecar that Prometheus sees for the first time may have counted this long ago.
    holds(
      { [`novaspan_build_info{${ON}}`]: `${'_ '.repeat(200)}1x200`, [reason('NoValidHost')]: `${'_ '.repeat(200)}3x200` },
      { expr, minute: 75, gives: [] },
    );
  });

  const spawns = (le: string) => `novaspan_nova_spawn_seconds_bucket{le="${le}", host="cmp1", ${ON}}`;
  const SPAWNS = {
    [spawns('0.5')]: '0x400',
    [spawns('1')]: '0+1x400',
    [spawns('+Inf')]: '0+1x400',
    [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${ON}}`]: '0.6x400',
  };

  it('of boots in time counts a failed one as a slow one', () => {
    const labels = (outcome: string) => `action="create", outcome="${outcome}", host="cmp1", ${ON}`;
    const bucket = (outcome: string, le: string) => `novaspan_action_duration_seconds_bucket{le="${le}", ${labels(outcome)}}`;
    holds(
      {
        [counted('succeeded')]: '0 8x100',
        [counted('failed')]: '0 2x100',
        [bucket('succeeded', '60.0')]: '0 7x100',
        [bucket('succeeded', '+Inf')]: '0 8x100',
        [bucket('failed', '60.0')]: '0 2x100',
      },
      { expr: exprOf('novaspan-boots', 'Boots that succeeded within 60 s', 'in time'), minute: 10, gives: [{ labels: '{}', value: 0.7 }] },
    );
  });

  it('of what users wait has the request and the scheduling, and nothing where no sidecar sees them', () => {
    const labels = `action="create", outcome="succeeded", host="cmp1", ${ON}`;
    const host = {
      [`novaspan_action_duration_seconds_sum{${labels}}`]: '0 84x100',
      [`novaspan_action_duration_seconds_count{${labels}}`]: '0 8x100',
    };
    const user = {
      [`novaspan_action_wait_seconds_sum{${labels}}`]: '0 100x100',
      [`novaspan_action_wait_seconds_count{${labels}}`]: '0 8x100',
    };
    const shown = (legend: string) => exprOf('novaspan-boots', 'Where the seconds of an average boot go', legend);
    const gives = (value: number) => [{ labels: '{}', value }];
    holds(
      { ...host, ...user },
      { expr: shown('the boot on its host'), minute: 10, gives: gives(10.5) },
      { expr: shown('what its user waits'), minute: 10, gives: gives(12.5) },
    );
    holds(host, { expr: shown('what its user waits'), minute: 10, gives: [] });
  });

  it('is of one cluster where one is chosen, and else of all, with the label and without', () => {
    const of = (cluster?: string) =>
      `novaspan_actions_total{action="create", outcome="succeeded", host="cmp1", ${ON}${cluster === undefined ? '' : `, cluster="${cluster}"`}}`;
    const shown = (cluster: string) => exprOf('novaspan-boots', 'Boots, by outcome', undefined, { cluster });
    const gives = (value: number) => [{ labels: '{outcome="succeeded"}', value }];
    holds(
      { [of()]: '0x11 1x40', [of('west')]: '0x11 2x40', [of('east')]: '0x11 4x40' },
      { expr: shown('.*'), minute: 3, gives: gives(7) },
      { expr: shown('west'), minute: 3, gives: gives(2) },
    );
  });

  it('of a quantile is no longer than the longest, which is known', () => {
    const expr = exprOf('novaspan-boots', 'Spawn, as nova says', 'p90');
    holds(SPAWNS, { expr, minute: 75, gives: [{ labels: '{}', value: 0.6 }] });
    const halves = exprOf('novaspan-boots', 'Spawn, as nova says', 'p50');
    holds(
      { ...SPAWNS, [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${ON}}`]: '0.9x400' },
      { expr: halves, minute: 75, gives: [{ labels: '{}', value: 0.75 }] },
    );
  });

  it('of a quantile is there without a longest, and not without an event', () => {
    const { [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${ON}}`]: _, ...alone } = SPAWNS;
    const expr = exprOf('novaspan-boots', 'Spawn, as nova says', 'p50');
    holds(alone, { expr, minute: 75, gives: [{ labels: '{}', value: 0.75 }] });
    holds({ [spawns('1')]: '4x400', [spawns('+Inf')]: '4x400' }, { expr, minute: 75, gives: [] });
  });

  const phase = (name: string, metric: string, labels = '') =>
    `novaspan_phase_${metric}{action="create", phase="${name}", service="nova-compute", host="cmp1", ${ON}${labels}}`;

  it('of a stage has a mean without buckets, and a p90 where there are buckets', () => {
    const mean = exprOf('novaspan-plug', 'nova waits for its ports', 'mean');
    const p90 = exprOf('novaspan-plug', 'nova waits for its ports', 'p90');
    const without = {
      [phase('vif-plugged wait', 'duration_seconds_sum')]: '0+2x400',
      [phase('vif-plugged wait', 'duration_seconds_count')]: '0+1x400',
    };
    holds(without, { expr: mean, minute: 75, gives: [{ labels: '{}', value: 2 }] }, { expr: p90, minute: 75, gives: [] });
    holds(
      {
        ...without,
        [phase('vif-plugged wait', 'duration_seconds_bucket', ', le="1"')]: '0x400',
        [phase('vif-plugged wait', 'duration_seconds_bucket', ', le="3"')]: '0+1x400',
        [phase('vif-plugged wait', 'duration_seconds_bucket', ', le="+Inf"')]: '0+1x400',
      },
      { expr: p90, minute: 75, gives: [{ labels: '{}', value: 2.8 }] },
    );
  });

  it('of image and network at INFO takes the steps that are one there, and only them', () => {
    const expr = exprOf('novaspan-boots', 'Where the seconds of an average boot go', 'image and network (INFO)');
    const merged = 'image create + network wait + guest xml + vif plug';
    holds(
      {
        [phase(merged, 'duration_seconds_sum')]: '0+6x400',
        [phase('image create', 'duration_seconds_sum')]: '0+9x400',
        [phase('guest start', 'duration_seconds_sum')]: '0+9x400',
        [phase('spawn', 'duration_seconds_count')]: '0+1x400',
      },
      { expr, minute: 75, gives: [{ labels: '{}', value: 6 }] },
    );
  });

  it('of steps takes those that follow each other, alone or as one, and none that others lie in', () => {
    const expr = exprOf('novaspan-boots', 'Steps of nova-compute, in seconds per boot');
    const named = ['image create', 'claim save + build prepare + block device mapping', 'spawn', 'network allocate', 'vif-plugged wait'];
    holds(
      {
        [counted('succeeded')]: '0+1x400',
        ...Object.fromEntries(named.map((name, i) => [phase(name, 'duration_seconds_sum'), `0+${i + 1}x400`])),
      },
      {
        expr,
        minute: 75,
        gives: [
          { labels: '{phase="claim save + build prepare + block device mapping", service="nova-compute"}', value: 2 },
          { labels: '{phase="image create", service="nova-compute"}', value: 1 },
        ],
      },
    );
  });

  it('of hosts leaves out those that do not spawn', () => {
    const expr = exprOf('novaspan-boots', 'Hosts', undefined);
    expect(expr).toContain('longest');
    const board = boards.find(({ file }) => file === 'tempo/boots-overview.json')!;
    const [, , boots] = (panelsIn(board.json) as unknown as Panel[]).find(({ title }) => title === 'Hosts')!.targets!;
    holds(
      {
        [counted('succeeded')]: '0+1x400',
        [`novaspan_actions_total{action="create", outcome="failed", host="ctl1", ${ON}}`]: '0+1x400',
        [`novaspan_nova_spawn_seconds_count{host="cmp1", ${ON}}`]: '0+1x400',
      },
      { expr: substitute(boots!.expr!, VALUES), minute: 75, gives: [{ labels: '{host="cmp1"}', value: 240 }] },
    );
  });

  it('of many hosts is of the ten that were slowest', () => {
    const expr = exprOf('novaspan-plug', 'Longest by host');
    const longest = (host: number) =>
      `novaspan_phase_longest_seconds{action="create", phase="lport claim", service="ovn-controller", host="cmp${host}", ${ON}}`;
    const hosts = Array.from({ length: 12 }, (_, i) => i + 1);
    holds(Object.fromEntries(hosts.map((host) => [longest(host), `${host}x400`])), {
      expr,
      minute: 75,
      gives: hosts.slice(2).map((host) => ({ labels: `{host="cmp${host}"}`, value: host })),
    });
  });
});
