import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recognise } from '../../src/catalogue/index.js';

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url).pathname;

/** Lines of nova 26 and 31, neutron 21 and 26, OVN 23.03 and 25.03, as they were logged: service, logger, message. */
const lines = readFileSync(fixture('real-lines.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((row) => row.split('\t') as [string, string, string]);

it('says of real lines what they say', async () => {
  const said = lines.map(([service, logger, message]) => {
    const found = recognise(service, logger, message);
    if (found === undefined) return `${service} ${logger}: nothing\n  ${message}\n`;
    return `${service} ${found.kind} ${JSON.stringify(found.fields)}\n  ${found.text}\n`;
  });
  await expect(said.join('\n')).toMatchFileSnapshot(fixture('real-lines.readings.txt'));
});
