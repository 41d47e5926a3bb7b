import { constants } from 'node:os';
import { basename } from 'node:path';
import type { Resent } from '../deliver/resend.js';
import { exitCodes, reasonOf, usage } from '../model/errors.js';
import { defineCommand, write } from './command.js';

/** Exit code by result. If results differ, the first failure decides. */
const exitOf: Record<Resent['outcome'], number> = {
  sent: exitCodes.ok,
  refused: exitCodes.dataError,
  unreadable: exitCodes.noInput,
  undeletable: exitCodes.ioError,
  unsent: exitCodes.unavailable,
};

/** `resend [FILE...]`: sends traces again that the backend had refused. */
export const resend = defineCommand({
  name: 'resend',
  summary: 'send the traces of the dead-letter folder again',
  operands: '[FILE...]',
  takes: { least: 0, most: Infinity },
  about: [
    'When the backend refuses a trace but accepts others, tail writes it to a file in the folder dead-letter of the state directory (docs/delivery.md). After you corrected the cause (raised a limit, updated the backend), this command sends these traces, and removes each file once the backend has acknowledged it. A trace that is still refused stays, and the reason is shown.',
    'Without FILEs the whole folder is sent. The backend is set by the standard OTEL_EXPORTER_OTLP_* variables, as for tail; --endpoint wins over them. The configuration file of tail is not read.',
    'It may run while tail runs, and may be stopped at any time: a trace that is sent twice has the same ids and the same bytes.',
  ],
  options: {
    'state-dir': {
      type: 'string',
      value: 'DIR',
      about: 'where tail keeps its state (NOVASPAN_STATE_DIR does the same; the default is the one of tail)',
    },
    endpoint: { type: 'string', value: 'URL', about: 'OTLP/HTTP endpoint of the backend, such as http://otel-gateway:4318' },
  },
  examples: [
    { says: 'all traces of the dead-letter folder', command: 'novaspan resend --endpoint http://otel-gateway:4318' },
    {
      says: 'one trace, to see the answer of the backend',
      command: 'novaspan resend /var/lib/novaspan/dead-letter/22e3269d157231679e45640f90a4bdf3-b7ad6b7169203331.json',
    },
  ],
  exits: [
    { code: 65, means: 'the backend still does not take some of them' },
    { code: 66, means: 'a file cannot be read, or is no dead letter of tail' },
    { code: 69, means: 'the backend is away, or its address or credentials are wrong: the rest was not tried' },
    { code: 74, means: 'a file could not be removed, though the backend has its trace' },
  ],

  async run({ positionals: files, values: { 'state-dir': stateDir, endpoint } }, { engine, env, clock, signal, stdout, stderr }) {
    if (endpoint !== undefined && !/^https?:\/\/./.test(endpoint))
      throw usage(`'${endpoint}' is not an endpoint`, 'write a URL, such as http://otel-gateway:4318');
    let sent = 0;
    let exit: number = exitCodes.ok;
    for await (const each of engine.resend({ files, stateDir, endpoint, env, clock, signal })) {
      if (each.outcome === 'sent') sent++;
      if (exit === exitCodes.ok) exit = exitOf[each.outcome];
      // The user decides whether to wait for the backend: the others were not tried.
      if (each.outcome === 'unsent') exit = exitOf.unsent;
      await write(each.outcome === 'sent' ? stdout : stderr, `${basename(each.file)}: ${lineOf(each)}\n`);
    }
    if (signal.aborted) {
      stderr.write(`interrupted by ${reasonOf(signal.reason)}: what was not sent is still there\n`);
      return 128 + (constants.signals[signal.reason as NodeJS.Signals] ?? constants.signals.SIGINT);
    }
    if (sent === 0 && exit === exitCodes.ok) await write(stdout, 'the dead-letter folder is empty\n');
    return exit;
  },
});

function lineOf(resent: Resent): string {
  switch (resent.outcome) {
    case 'sent': {
      const { rejected, message } = resent;
      const but = rejected > 0 ? `, but the backend rejected ${rejected} of its spans` : message === undefined ? '' : ', with a warning';
      return `sent${but}${message === undefined ? '' : `: ${message}`}`;
    }
    case 'refused':
      return `still refused: ${resent.reason}`;
    case 'unreadable':
      return `cannot be read: ${resent.reason}`;
    case 'undeletable':
      return `sent, but the file cannot be removed: ${resent.reason}`;
    case 'unsent':
      return `not sent, nor those that follow: ${resent.reason}`;
    default:
      return resent satisfies never;
  }
}
