import { describe, expect, it } from 'vitest';
import { noVlogParts, scanSyslogVlog, scanVlog, vlogLevel, vlogStamp } from '../../src/format/vlog.js';
import { P, readLog } from '../support/lines.js';

function partsOf(line: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(line);
  const parts = noVlogParts();
  if (!scanVlog(bytes, 0, bytes.length, parts)) return undefined;
  const text = (from: number, to: number): string => bytes.toString('utf8', from, to);
  return {
    at: new Date(vlogStamp(bytes, parts)).toISOString(),
    serial: parts.serial,
    module: text(parts.moduleStart, parts.moduleEnd),
    thread: text(parts.threadStart, parts.threadEnd),
    level: vlogLevel(text(parts.levelStart, parts.levelEnd)),
    message: text(parts.message, bytes.length),
  };
}

describe('a line of vlog', () => {
  it.each([
    [
      'FILE: milliseconds',
      '2026-11-21T01:50:38.516Z|00252|binding|INFO|Claiming lport X.',
      { at: '2026-11-21T01:50:38.516Z', serial: 252, module: 'binding', thread: '', level: 'INFO', message: 'Claiming lport X.' },
    ],
    ['CONSOLE: whole seconds', '2026-11-21T01:50:38Z|00252|binding|INFO|m', { at: '2026-11-21T01:50:38.000Z', serial: 252 }],
    ['microseconds', '2026-11-21T01:50:38.516123Z|00252|binding|INFO|m', { at: '2026-11-21T01:50:38.516Z', module: 'binding' }],
    [
      "another thread's",
      '2026-11-21T01:50:43.429Z|00077|pinctrl(ovn_pinctrl0)|INFO|m',
      { module: 'pinctrl', thread: 'ovn_pinctrl0', serial: 77 },
    ],
    ['a worker thread', '2026-11-21T01:50:43.429Z|00077|ofproto_dpif_upcall(handler12)|WARN|m', { thread: 'handler12', level: 'WARNING' }],
    ['a serial of more than five digits', '2026-11-21T01:50:43.429Z|1234567|bridge|DBG|m', { serial: 1_234_567, level: 'DEBUG' }],
    ['an error', '2026-11-21T01:50:43.429Z|00001|dpif_netdev|ERR|m', { level: 'ERROR' }],
    ['an emergency', '2026-11-21T01:50:43.429Z|00001|daemon_unix|EMER|m', { level: 'CRITICAL' }],
    ['bars in the message', '2026-11-21T01:50:43.429Z|00001|vconn|INFO|a|b|c', { message: 'a|b|c' }],
    ['an empty message', '2026-11-21T01:50:43.429Z|00001|vconn|INFO|', { message: '' }],
  ])('%s', (_form, line, parts) => {
    expect(partsOf(line)).toMatchObject(parts);
  });

  it.each([
    ['no zone', '2026-11-21T01:50:38.516|00252|binding|INFO|Claiming lport X.'],
    ['a serial that is no number', '2026-11-21T01:50:38.516Z|x|binding|INFO|Claiming lport X.'],
    ['no module', '2026-11-21T01:50:38.516Z|00252||INFO|Claiming lport X.'],
    ['no level', '2026-11-21T01:50:38.516Z|00252|binding|Claiming lport X.'],
    ['a line cut off in its level', '2026-11-21T01:50:38.516Z|00252|binding|INF'],
    ['oslo.log', '2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful'],
  ])('is none: %s', (_form, line) => {
    expect(partsOf(line)).toBeUndefined();
  });

  it('in syslog begins with the name of the tree that it is built from', () => {
    const scan = (line: string): boolean => scanSyslogVlog(Buffer.from(line), 0, line.length, noVlogParts());
    expect([
      scan('ovs|00012|bridge|WARN|m'),
      scan('ovn|00012|bridge|WARN|m'),
      scan('ova|00012|bridge|WARN|m'),
      scan('ovs00012|bridge|WARN|m'),
    ]).toEqual([true, true, false, false]);
  });

  it('is read behind what grep puts before it; what is no line is counted', () => {
    const line = `2026-11-21T01:50:38.516Z|00252|binding|INFO|Claiming lport ${P} for this chassis.`;
    const { events, counted } = readLog('ovn-controller', [`ovn-controller.log:${line}`, 'no line', `${line}\r`]);
    expect(events.map(({ kind }) => kind)).toEqual(['lport.claimed', 'lport.claimed']);
    expect(counted['unparsed_lines ovn-controller']).toBe(1);
  });

  it('is UTC, whatever zone the machine is in', () => {
    const { events } = readLog('ovn-controller', [`2026-11-21T01:50:38.516Z|00252|binding|INFO|Claiming lport ${P} for this chassis.`], {
      zone: 'Asia/Seoul',
    });
    expect(events[0]!.at).toBe(Date.UTC(2026, 10, 21, 1, 50, 38, 516));
  });
});
