import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zoneOf } from '../../src/archive/host-zone.js';
import { temporaryFolder } from '../tail/temporary.js';

const at = temporaryFolder();

function zoneWith(files: Readonly<Record<string, string>>): string | undefined {
  rmSync(at('s'), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(at(`s/${name}`)), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), at(`s/${name}`));
    else writeFileSync(at(`s/${name}`), text, 'latin1');
  }
  return zoneOf(at('s'));
}

const [DATE, UTC, HWCLOCK] = ['sos_commands/date/date', 'sos_commands/date/date_--utc', 'sos_commands/date/hwclock'] as const;
const tzif = (footer: string): string => `TZif2\0\0\0\xff\xff\n\x01\0\n${footer}\n`;

describe('the zone of a sosreport’s host', () => {
  it.each<[what: string, files: Record<string, string>, zone: string | undefined]>([
    ['timedatectl', { 'sos_commands/systemd/timedatectl': '      Time zone: Europe/Berlin (CEST, +0200)\n' }, 'Europe/Berlin'],
    ['a link', { 'etc/localtime': '-> ../usr/share/zoneinfo/Asia/Seoul' }, 'Asia/Seoul'],
    ['a link of Debian’s', { 'etc/localtime': '-> /usr/share/zoneinfo/Etc/UTC' }, 'Etc/UTC'],
    [
      'where a link in a tar led',
      { 'etc/localtime': '../usr/share/zoneinfo/America/Argentina/Buenos_Aires' },
      'America/Argentina/Buenos_Aires',
    ],
    ['a compiled zone file', { 'etc/localtime': tzif('CET-1CEST,M3.5.0,M10.5.0/3') }, 'Europe/Berlin'],
    ['a compiled zone file of a zone that is not known', { 'etc/localtime': tzif('XYZ-9') }, undefined],
    ['timezone, which a link goes before', { 'etc/timezone': 'UTC\n', 'etc/localtime': '-> /usr/share/zoneinfo/Asia/Tokyo' }, 'Asia/Tokyo'],
    ['timezone', { 'etc/timezone': 'Asia/Kolkata\n' }, 'Asia/Kolkata'],
    ['a zone that nobody knows', { 'etc/timezone': 'Mars/Olympus\n' }, undefined],
    ['date in UTC', { [DATE]: 'Sat Nov 21 10:00:00 UTC 2026\n' }, 'UTC'],
    ['an abbreviation alone', { [DATE]: 'Sat Nov 21 10:00:00 CST 2026\n' }, undefined],
    ['both dates', { [DATE]: 'Sat Nov 21 18:00:00 CST 2026\n', [UTC]: 'Sat Nov 21 10:00:01 UTC 2026\n' }, 'Asia/Shanghai'],
    [
      'both dates, elsewhere',
      { [DATE]: 'Sat Nov 21 04:00:00 AM CST 2026\n', [UTC]: 'Sat Nov 21 10:00:01 AM UTC 2026\n' },
      'America/Chicago',
    ],
    ['both dates in summer', { [DATE]: 'Tue Jul 21 12:00:00 CEST 2026\n', [UTC]: 'Tue Jul 21 10:00:00 UTC 2026\n' }, 'Europe/Berlin'],
    ['both dates of days apart', { [DATE]: 'Sat Nov 21 18:00:00 CST 2026\n', [UTC]: 'Fri Nov 13 10:00:01 UTC 2026\n' }, undefined],
    ['an offset in place of an abbreviation', { [DATE]: 'Sat Nov 21 18:00:00 +08 2026\n' }, 'Asia/Singapore'],
    ['hwclock', { [DATE]: 'Sat Nov 21 19:00:00 KST 2026\n', [HWCLOCK]: '2026-11-21 19:00:00.123456+09:00\n' }, 'Asia/Seoul'],
    ['hwclock of an older release', { [HWCLOCK]: 'Sat 21 Nov 2026 07:00:00 PM KST  -0.5 seconds\n' }, undefined],
    ['an offset that no zone here has', { [HWCLOCK]: '2026-11-21 19:00:00.123456+10:30\n' }, undefined],
    ['nothing', { 'etc/localtime': 'nonsense' }, undefined],
  ])('is told by %s', (_, files, zone) => {
    expect(zoneWith(files)).toBe(zone);
  });
});
