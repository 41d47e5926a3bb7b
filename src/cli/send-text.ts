import type { SendReport, SendVerdict, TestTrace } from '../check/send.js';
import type { Look } from '../export/terminal/look.js';
import { tame, wrap } from '../export/terminal/text.js';

const SAYS: Record<SendVerdict, string> = {
  none: 'Both test traces arrived.',
  backend: 'Neither test trace arrived: the cause is the backend, the network between, or the settings.',
  novaspan: "The SDK's test trace arrived, and novaspan's did not: the cause is novaspan.",
  sdk: "novaspan's test trace arrived. The SDK's did not, which does not matter to novaspan.",
};

const TO_DO: Record<SendVerdict, string> = {
  none: 'search for these trace ids in the backend; it may show a trace some seconds later. If it does not, look for a sampler or a filter in the Collector',
  backend: 'correct what the answers name, then run this again',
  novaspan: 'run this again; if it stays so, please report it with this text',
  sdk: 'nothing',
};

/** The result of `check --send`, for people. */
export function sendText({ url, protocol, compression, headers, sdk, novaspan, verdict }: SendReport, look: Look): string {
  const { palette } = look;
  const paint = verdict === 'none' || verdict === 'sdk' ? palette.green : palette.red;
  const wrapped = (label: string, text: string): string[] => wrap(label, tame(text).split(' '), look.width);
  return `${[
    paint(SAYS[verdict]),
    ...wrapped('  to        ', `${url} (${protocol}, compression ${compression}; headers ${headers.join(', ') || 'none'})`),
    ...wrapped('  SDK       ', answerOf(sdk)),
    ...wrapped('  novaspan  ', answerOf(novaspan)),
    ...wrapped('  to do     ', TO_DO[verdict]),
  ].join('\n')}\n`;
}

const answerOf = ({ arrived, traceId, reason }: TestTrace): string =>
  arrived ? `arrived, trace id ${traceId}` : `did not arrive: ${reason ?? 'no reason is known'}`;
