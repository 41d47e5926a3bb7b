import { createInterface } from 'node:readline';
import { wrap } from '../export/terminal/text.js';
import { exitCodes } from '../model/errors.js';
import type { Explanation } from '../pipeline/explain.js';
import { defineCommand, write } from './command.js';
import { lookOf } from './look.js';
import { formOf, rulesOf, sourceOptions } from './source-options.js';
import { zoneOf } from './zone.js';

/**
 * `explain LINE`: how one log line is read, step by step; `explain PHASE`: what a phase is. The first command to try if
 * a span is missing.
 */
export const explain = defineCommand({
  name: 'explain',
  summary: 'show how one log line is read, or what a phase is',
  operands: 'LINE | PHASE | -',
  takes: { least: 1, most: Infinity },
  about: [
    'Shows the format of the line, its envelope, its message in the catalogue, its ids, and the phases that it can start or end. Try this first when a span is missing.',
    'For a phase, such as vif-plugged, it shows what it is, its first and last line, its service, at which level each release logs it, and what makes it long as far as logs show that. A word that several phases share lists them.',
    'Put the line in quotes; `-` reads lines from stdin, one at a time.',
  ],
  options: {
    ...sourceOptions,
    'no-color': { type: 'boolean', about: 'accepted, as by the other commands; explain never prints colours' },
  },
  examples: [
    {
      says: 'a line pasted from a log',
      command: `novaspan explain '2026-11-21T01:50:35.112Z|00123|binding|INFO|Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.'`,
    },
    { says: 'a phase of a trace', command: 'novaspan explain vif-plugged' },
    { says: 'the last lines of a log', command: 'tail -n 5 /var/log/nova/nova-compute.log | novaspan explain --service nova-compute -' },
  ],
  exits: [{ code: exitCodes.dataError, means: 'a line was not understood' }],

  async run({ positionals, values }, io) {
    const { engine, stdin, stdout } = io;
    const options = {
      zone: zoneOf(values.timezone),
      ...formOf(values['log-form']),
      ...(values.service !== undefined && { service: values.service }),
      ...rulesOf(values.rules),
    };
    const { width } = lookOf(io, { color: false });

    if (positionals.length > 1 || positionals[0] !== '-') {
      const ofPhase = await engine.explainPhase(positionals.join(' '));
      if (ofPhase !== undefined) {
        await write(stdout, shown(ofPhase, width));
        return exitCodes.ok;
      }
      // Without quotes the shell has taken the line apart at its blanks.
      const explained = await engine.explainLine(positionals.join(' '), options);
      await write(stdout, shown(explained.stages, width));
      return explained.understood ? exitCodes.ok : exitCodes.dataError;
    }

    let understood = true;
    let first = true;
    for await (const line of createInterface({ input: stdin, crlfDelay: Infinity })) {
      if (line === '') continue;
      const explained = await engine.explainLine(line, options);
      await write(stdout, `${first ? '' : '\n'}${shown(explained.stages, width)}`);
      understood &&= explained.understood;
      first = false;
    }
    return understood ? exitCodes.ok : exitCodes.dataError;
  },
});

function shown(stages: Explanation['stages'], width: number): string {
  const label = Math.max(0, ...stages.map(({ name }) => name.length));
  return stages
    .flatMap(({ name, text }) =>
      text.split('\n').flatMap((line, i) => wrap(`${(i === 0 ? name : '').padEnd(label)}  `, line.split(' '), width)),
    )
    .map((line) => `${line}\n`)
    .join('');
}
