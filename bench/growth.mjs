// Does the cost of a boot grow with the number of boots at once, and that of a port with the number of ports? One recorded boot with
// the lines of all its services, again and again, each time with ids of its own.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { copy, createFolder, recordings, recordsOf, template } from './generate.mjs';
import { table, timed } from './measure.mjs';
import { novaspan } from './replay.mjs';

const GOLDEN = new URL('../test/golden/create-succeeds-debug/', import.meta.url).pathname;
/** Of text that is written at once. */
const PIECE = 2_000;
const PORT_COUNTS = [1, 8, 24];
/** Boots one after another, so that a row is more than a start. */
const BOOTS_WITH_PORTS = 100;
const SECOND = 1000;

/** From two seconds before the first boot's claim to three after the line that says how long it took. */
function oneBoot() {
  const files = recordings().map(([file, text]) => [file, recordsOf(text)]);
  const compute = files.find(([file]) => file.startsWith('nova-compute'))[1];
  const claimed = compute.find(({ text }) => text.includes('Claim successful on node'));
  const [, instance] = /\[instance: ([0-9a-f-]{36})\]/.exec(claimed.text);
  const built = compute.find(({ text }) => text.includes(instance) && text.includes('seconds to build instance'));
  const [from, to] = [claimed.at - 2 * SECOND, built.at + 3 * SECOND];
  return files.map(([file, records]) => [file, records.filter(({ at }) => at >= from && at <= to)]);
}

/** Writes a boot `count` times, the n-th later by `shiftOf(n)` ms. */
function write(folder, boot, count, shiftOf) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const output = createFolder(folder);
  for (const [file, records] of boot) {
    const parts = records.map(({ text }) => template(text));
    const all = [];
    for (let n = 0; n < count; n++) for (const [index, { at }] of records.entries()) all.push({ at: at + shiftOf(n), n, index });
    all.sort((a, b) => a.at - b.at);
    for (let from = 0; from < all.length; from += PIECE) {
      const piece = all.slice(from, from + PIECE).map(({ n, index }) => copy(parts[index], n, shiftOf(n)));
      output.append(file, piece.join(''));
    }
  }
  return output.close();
}

async function cost({ main, withinSeconds = 120 }, logs) {
  return timed(novaspan(main).argv(logs.paths), { withinSeconds });
}

/** N boots within a second. */
export async function boots({ tmp, main, counts, keep }) {
  const folder = `${tmp}boots`;
  const boot = oneBoot();
  const rows = [];
  const start = await cost(
    { main },
    write(folder, boot, 1, () => 0),
  );
  for (const count of counts) {
    const logs = write(folder, boot, count, (n) => Math.floor((n * SECOND) / count));
    const spent = await cost({ main }, logs).catch(({ message }) => ({ why: message.split('\n')[0].slice(-60) }));
    rows.push({ count, ...spent, each: spent.cpu === undefined ? Number.POSITIVE_INFINITY : ((spent.cpu - start.cpu) * 1000) / count });
  }
  if (!keep) rmSync(folder, { recursive: true });
  console.log('\nGrowth with boots at once: all within a second');
  printGrowth('boots at once', rows);
  return rows;
}

const bootsOfGolden = () =>
  readdirSync(GOLDEN)
    .filter((file) => file.endsWith('.log'))
    .map((file) => [file, recordsOf(readFileSync(GOLDEN + file, 'utf8'))]);

/** A text with another id in the place of the one that ends in those eight digits. */
function renamed(text, id, n) {
  const digits = ((Number.parseInt(id.slice(-8), 16) ^ (n << 8)) >>> 0).toString(16).padStart(8, '0');
  return text.replaceAll(id, id.slice(0, -8) + digits);
}

/** The boot with `count` ports: what is printed of its port is printed of each, and each has requests of its own in neutron. */
function withPorts(boot, count) {
  const lines = boot.flatMap(([, records]) => records.map(({ text }) => text)).join('');
  const [, port] = /Claiming lport ([0-9a-f]{8})/.exec(lines);
  const ownRequest = /\[req-[0-9a-f-]{36} (req-[0-9a-f]{8})/;
  return boot.map(([file, records]) => {
    const requests = new Set(
      records
        .filter(({ text }) => text.includes(port))
        .map(({ text }) => ownRequest.exec(text)?.[1])
        .filter((id) => id !== undefined),
    );
    return [
      file,
      records.flatMap((record) => {
        const request = file.startsWith('neutron') ? ownRequest.exec(record.text)?.[1] : undefined;
        if (!record.text.includes(port) && !requests.has(request)) return [record];
        return Array.from({ length: count }, (_, n) => {
          const text = n === 0 ? record.text : renamed(record.text, port, n);
          return { at: record.at, text: n === 0 || request === undefined ? text : renamed(text, request, n) };
        });
      }),
    ];
  });
}

/** One boot after another, of instances with so many ports. */
export async function ports({ tmp, main, keep }) {
  const folder = `${tmp}ports`;
  const boot = bootsOfGolden();
  const rows = [];
  const start = await cost(
    { main },
    write(folder, boot, 1, () => 0),
  );
  for (const count of PORT_COUNTS) {
    const logs = write(folder, withPorts(boot, count), BOOTS_WITH_PORTS, (n) => n * 30 * SECOND);
    const spent = await cost({ main }, logs);
    rows.push({ count, ...spent, each: ((spent.cpu - start.cpu) * 1000) / BOOTS_WITH_PORTS / count });
  }
  if (!keep) rmSync(folder, { recursive: true });
  console.log(`\nGrowth with ports per instance: ${BOOTS_WITH_PORTS} boots, one every 30 s`);
  printGrowth('ports', rows);
  return rows;
}

function printGrowth(what, rows) {
  table(
    [what, 'CPU s', 'CPU ms each, beyond one boot', 'ratio to the row before', 'peak RSS MB'],
    rows.map(({ count, cpu, each, peakMb, why }, i) =>
      cpu === undefined
        ? [count, why, '', '', '']
        : [count, cpu.toFixed(2), each.toFixed(2), i === 0 ? '' : (each / rows[i - 1].each).toFixed(2), peakMb.toFixed(0)],
    ),
  );
}
