import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../src/check/shape.js';

describe('the shape of a message', () => {
  it.each([
    ['Took 9.41 seconds to build instance.', 'Took <n> seconds to build instance.'],
    ['Lock "b8acd14b-35cc-4931-bd08-129b0bf97b38" acquired by "x" :: waited 0.001s', 'Lock <text> acquired by <text> :: waited <n>s'],
    ['Port df247bb8-4779-4902-aede-8e714f4bed2c is up under req-5678fc57-4d2e-486d-95b7-7deb6d508747', 'Port <uuid> is up under <request>'],
    ['DHCPACK fa:16:3e:79:52:70 198.51.100.8', 'DHCPACK <mac> <ip>'],
    ['bound to 2001:db8::8/64 now', 'bound to <ip> now'],
    ['added interface tap10a58ff1-5e on port 3', 'added interface <tap> on port <n>'],
    ["{'port': {'id': 'x', 'list': [1, 2]}} was sent", '… was sent'],
    ['GET https://keystone.example.com/v3?token=abc done', 'GET <url> done'],
    ['image 0123456789abcdef0123456789abcdef at /var/lib/nova/instances/x', 'image <hex> at <path>'],
    [`said 'who knows what ${'x '.repeat(600)}`, 'said …'],
    ["Libvirt can't honour it", "Libvirt can't honour it"],
    ['mail from admin@cloud.example.com', 'mail from <address>'],
  ])('of %j is %j', (message, shape) => {
    expect(shapeOf(message)).toBe(shape);
  });

  it('is the same for what differs in values only', () => {
    expect(shapeOf("Found 3 of 17 in ['a', 'b'] after 0.5s")).toBe(shapeOf("Found 12 of 9 in ['c'] after 11.25s"));
  });

  it.each(['password=hunter2 is set', 'Authorization: Bearer hunter2', 'adminPass: hunter2', 'amqp://nova:hunter2@rabbit:5672/'])(
    'of %j holds no secret',
    (message) => {
      expect(shapeOf(message)).not.toContain('hunter2');
    },
  );

  it('is one line of a bounded length, without control characters', () => {
    const shape = shapeOf(`\u001b[31mred\u001b[0m\n${'word '.repeat(500)}`);
    expect(shape.length).toBeLessThanOrEqual(160);
    expect(shape).toMatch(/^red word word .*…$/);
  });

  // That it costs no more is measured by `npm run bench:lines`.
  it.each(['[', '{', '"', "'", 'a:', '1.', '/a', '0x', '\\"'])('is of no more of a message than its beginning: %s', (piece) => {
    expect(shapeOf(piece.repeat(100_000))).toBe(shapeOf(piece.repeat(1000)));
  });
});
