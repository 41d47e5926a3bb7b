import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/export/json.js';
import { svg } from '../../../src/export/svg.js';
import { ascii, plain, unicode } from '../../../src/export/terminal/look.js';
import { waterfall } from '../../../src/export/terminal/waterfall.js';
import { boot, failed, fragment, networkReady, root, span, trace, twoPorts } from './traces.js';

const at = (width: number) => ({ width, palette: plain, glyphs: unicode });

describe('waterfall', () => {
  it('gives no length where the lines of an action are of one moment, and may not be its first', () => {
    const moment = (attributes = {}) => waterfall(trace([root(0, attributes)]), at(120)).split('\n')[1];
    expect(moment({ 'novaspan.start.evidence': 'unobserved' })).toMatch(/^ {2}create succeeded, from /);
    expect(moment()).toMatch(/^ {2}create succeeded in 0\.000 s, from /);
  });

  it('shows a boot in 80 columns', () => {
    expect(waterfall(boot, at(80))).toMatchInlineSnapshot(`
      "boot of b8acd14b on cmp1 took 5.0 s (5.8 s from the API request): about 2.5 s
      image create, 1.6 s vif-plugged wait (neutron port activate 1.0, flow install
      0.26), 0.50 s in no line at these levels (not logged: network wait, image fetch)
        create succeeded in 5.000 s (nova says 4.98 s)
        from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1
        port df247bb8-4779-4902-aede-8e714f4bed2c
        request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736

         offset   seconds                     service      phase
         +0.000     5.000     ███████████████ nova         instance create
      ▸  -0.812~    0.790  ██ ─────────────── nova@ctl1    ├ api request
      ▸  +0.500     4.400     ─██████████████ nova         ├ spawn
      ▸  +0.510     2.490~    ─████████────── nova         │ ├ image create
      ▸  +3.000     1.600     ─────────█████─ nova         │ ├ vif-plugged wait
      ▸  +3.100     0.040     ─────────█───── ovs          │ │ ├ ovs interface add
      ▸  +3.140     0.005     ─────────█───── ovn          │ │ ├ lport claim
      ▸  +3.145     0.255     ─────────█───── ovn          │ │ ├ flow install
      ▸  +3.400     0.200     ──────────█──── neutron@ctl1 │ │ ├ port status up
      ▸  +3.600     0.990     ───────────███─ neutron@ctl1 │ │ └ neutron port activate
      ▸  +3.005     0.095     ─────────█───── nova         │ ├ vif plug
      ▸  +4.610     0.290     ──────────────█ nova         │ └ spawn finish
      ▸  +4.900     0.100     ──────────────█ nova         └ build finish

        ▸ gated the end, ~ follows from other lines
      not logged at this level: network wait, image fetch
      unexplained: 500 ms (10.0 %)
      "
    `);
  });

  it('names hosts and taps where there is room', () => {
    expect(waterfall(boot, at(120))).toMatchInlineSnapshot(`
      "boot of b8acd14b on cmp1 took 5.0 s (5.8 s from the API request): about 2.5 s image create, 1.6 s vif-plugged wait
      (neutron port activate 1.0, flow install 0.26), 0.50 s in no line at these levels (not logged: network wait, image
      fetch)
        create succeeded in 5.000 s (nova says 4.98 s), from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1   port df247bb8-4779-4902-aede-8e714f4bed2c
        request req-5678fc57-4d2e-486d-95b7-7deb6d508747   trace 4bf92f3577b34da6a3ce929d0e0e4736

         offset   seconds                                       service             phase
         +0.000     5.000       ███████████████████████████████ nova-compute@cmp1   instance create
      ▸  -0.812~    0.790  █████─────────────────────────────── nova-api@ctl1       ├ api request
      ▸  +0.500     4.400       ───███████████████████████████─ nova-compute@cmp1   ├ spawn
      ▸  +0.510     2.490~      ───████████████████──────────── nova-compute@cmp1   │ ├ image create
      ▸  +3.000     1.600       ───────────────────██████████── nova-compute@cmp1   │ ├ vif-plugged wait tapdf247bb8-47
      ▸  +3.100     0.040       ───────────────────█─────────── ovs-vswitchd@cmp1   │ │ ├ ovs interface add tapdf247bb8-47
      ▸  +3.140     0.005       ───────────────────█─────────── ovn-controller@cmp1 │ │ ├ lport claim tapdf247bb8-47
      ▸  +3.145     0.255       ────────────────────█────────── ovn-controller@cmp1 │ │ ├ flow install tapdf247bb8-47
      ▸  +3.400     0.200       ─────────────────────█───────── neutron-server@ctl1 │ │ ├ port status up tapdf247bb8-47
      ▸  +3.600     0.990       ──────────────────────██████─── neutron-server@ctl1 │ │ └ neutron port activate tapdf247bb8-47
      ▸  +3.005     0.095       ───────────────────█─────────── nova-compute@cmp1   │ ├ vif plug tapdf247bb8-47
      ▸  +4.610     0.290       ─────────────────────────────█─ nova-compute@cmp1   │ └ spawn finish
      ▸  +4.900     0.100       ──────────────────────────────█ nova-compute@cmp1   └ build finish

        ▸ gated the end, ~ follows from other lines
      not logged at this level: network wait, image fetch
      unexplained: 500 ms (10.0 %)
      "
    `);
  });

  it('tells two ports apart', () => {
    expect(waterfall(twoPorts, at(80))).toMatchInlineSnapshot(`
      "boot of b8acd14b on cmp1 took 5.4 s: 3.6 s unexplained, 1.6 s vif-plugged wait
      (neutron port activate 1.0, flow install 0.26)
        create succeeded in 5.400 s, from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1
        request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736

         offset   seconds            service      phase
         +0.000     5.400  █████████ nova         instance create
      ▸  +0.500     4.800  ─████████ nova         ├ spawn
         +3.000     1.600  ─────███─ nova         │ ├ vif-plugged wait df247bb8
         +3.100     0.040  ─────█─── ovs          │ │ ├ ovs interface add df247bb8
         +3.140     0.005  ─────█─── ovn          │ │ ├ lport claim df247bb8
         +3.145     0.255  ─────█─── ovn          │ │ ├ flow install df247bb8
         +3.400     0.200  ──────█── neutron@ctl1 │ │ ├ port status up df247bb8
         +3.600     0.990  ──────██─ neutron@ctl1 │ │ └ neutron port activate df247bb8
      ▸  +3.005     0.095  ─────█─── nova         │ ├ vif plug df247bb8
      ▸  +3.600     1.600  ──────███ nova         │ ├ vif-plugged wait e5af434e
      ▸  +3.700     0.040  ──────█── ovs          │ │ ├ ovs interface add e5af434e
      ▸  +3.740     0.005  ──────█── ovn          │ │ ├ lport claim e5af434e
      ▸  +3.745     0.255  ──────█── ovn          │ │ ├ flow install e5af434e
      ▸  +4.000     0.200  ───────█─ neutron@ctl1 │ │ ├ port status up e5af434e
      ▸  +4.200     0.990  ───────██ neutron@ctl1 │ │ └ neutron port activate e5af434e
      ▸  +3.605     0.095  ──────█── nova         │ └ vif plug e5af434e
      ▸  +5.300     0.100  ────────█ nova         └ build finish

        ▸ gated the end
      "
    `);
  });

  it('says what failed, what did not end, and which phases are missing for which reason', () => {
    expect(waterfall(failed, at(100))).toMatchInlineSnapshot(`
      "boot of b8acd14b on cmp1 failed after 31.0 s: VirtualInterfaceCreateException: Virtual Interface
      creation failed; 23.7 s vif-plugged wait (timed out waiting for network-vif-plugged, no end of lport
      claim in the logs), 7.3 s unexplained
        create failed after 31.000 s, from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1
        port df247bb8-4779-4902-aede-8e714f4bed2c   request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736
        error nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed

         offset   seconds                       service             phase
         +0.000    31.000  ████████████████████ nova-compute@cmp1   instance create
      ▸  +0.500    30.000~ ████████████████████ nova-compute@cmp1   └ spawn
      ▸  +4.800    23.700  ───███████████████── nova-compute@cmp1     ├ vif-plugged wait tapdf247bb8-47
                  error: Timeout: timed out waiting for network-vif-plugged
      ▸  +7.800     0.050  ─────█────────────── ovs-vswitchd@cmp1     │ └ ovs interface add tapdf247bb8-47
      ▸  +4.805     2.995  ───██─────────────── nova-compute@cmp1     └ vif plug tapdf247bb8-47
      ▸  +7.850    23.150? ─────░░░░░░░░░░░░░░░ ovn-controller@cmp1     └ lport claim tapdf247bb8-47
                  error: did not end

        ▸ gated the end, ~ follows from other lines, ? ░ not in the logs: began or ended otherwise
      phases missing: flow install, lport up (no such line), event deliver (not read: nova-compute@cmp1)
      unexplained: 12 ms (0.0 %)
      "
    `);
  });

  it('shows a part of an action, like spans in one row', () => {
    expect(waterfall(fragment, at(80))).toMatchInlineSnapshot(`
      "part of an action of b8acd14b, over 0.30 s, as neutron-server, nova-api logged
      it; its root is not in these logs
        from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host ctl1
        request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736

         offset   seconds                            service phase
      ▸  +0.000~    0.300  █████████████████████████ nova    api request
         +0.050     0.100  ────███─█─█████────────── neutron neutron-server request ×3

        ▸ gated the end, ~ follows from other lines
      "
    `);
  });

  it('shows the sequel of a boot, without anything but ASCII where the terminal knows no more', () => {
    expect(waterfall(networkReady, { ...at(80), glyphs: ascii })).toMatchInlineSnapshot(`
      "network of b8acd14b was ready 6.0 s after its guest resumed
        from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1
        port df247bb8-4779-4902-aede-8e714f4bed2c
        request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace aa66819c5146fbec940ce11b4ed3b8f8

         offset   seconds                        service        phase
         +0.000     6.000  ##################### nova-compute   instance network-ready
      >  +0.000     6.000  ##################### ovn-controller \` guest dhcp

        > gated the end
      "
    `);
  });

  it.each([60, 80, 100, 120, 200])('keeps rows within %d columns', (width) => {
    for (const trace of [boot, twoPorts, failed, fragment, networkReady]) {
      const rows = waterfall(trace, at(width))
        .split('\n')
        .filter((line) => /^[ ▸>]*[+-]\d/.test(line));
      expect(rows.length).toBeGreaterThan(1);
      for (const row of rows) expect(row.length).toBeLessThanOrEqual(width);
    }
  });

  it('is the same text with colours taken away, and failures are red', () => {
    const coloured = waterfall(failed, { ...at(100), palette: pc.createColors(true) });

    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(waterfall(failed, at(100)));
    expect(coloured).toContain(pc.createColors(true).red('failed'));
  });

  it('lets no control character of a log through to the terminal', () => {
    expect(waterfall(failed, at(100))).not.toContain('\u001b');
  });
});

describe('a span whose start is not logged', () => {
  const start = { 'novaspan.start.evidence': 'unobserved', 'novaspan.end.evidence': 'observed' };
  const end = { 'novaspan.start.evidence': 'observed', 'novaspan.end.evidence': 'observed' };
  const withBoth: typeof boot = {
    ...boot,
    spans: [
      ...boot.spans,
      span({ name: 'claim save', from: 200, to: 200, attributes: start }),
      span({ name: 'tap wait', from: 300, to: 300, attributes: end }),
    ],
  };

  it('has no length of 0 in the waterfall: it is listed apart from what took no time', () => {
    const text = waterfall(withBoth, at(80));
    expect(text).toContain('length not in the logs: claim save +0.200\n');
    expect(text).toContain('instants: tap wait +0.300\n');
  });

  it('has no number of seconds in JSON', () => {
    const { spans } = JSON.parse(toJson(withBoth));
    const lengthOf = (name: string) => spans.find((each: { name: string }) => each.name === name).durationSeconds;
    expect([lengthOf('claim save'), lengthOf('tap wait')]).toEqual([null, 0]);
  });

  it('has no seconds beside its bar in the picture', () => {
    expect(svg([withBoth])).toContain('length not in the logs (start unobserved, end observed)');
  });
});
