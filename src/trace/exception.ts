import { scrubbed } from '../export/scrub.js';
import { CONTROLLER_FAILURES } from '../lifecycle/common.js';
import type { ActionSpec } from '../lifecycle/define.js';
import { type Event, textOf } from '../lifecycle/event.js';
import { keys } from '../model/attributes.js';
import type { SpanEvent } from '../model/span.js';

/** The exception behind a failure, and its span event by OpenTelemetry's conventions. */
export interface LoggedException {
  readonly type: string;
  readonly message: string;
  readonly event: SpanEvent;
}

/** `nova.exception.PortBindingFailed: Binding failed for port …`: a dotted class name, then the message. */
const RAISED = /(?:^|: )([A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*): (.*)$/s;
const CLASS =
  /(?:Error|Exception|Failed|Failure|NotFound|Timeout|Invalid|Unacceptable|NoMore\w*|NoValidHost|Abort\w*|Exceeded|InUse|Busy|Unavailable|Forbidden|Conflict|Warning|[A-Z]\w+)$/;
/** oslo.messaging adds it to module and class of an exception that another process raised. */
const REMOTE = /_Remote(?=\.|$)/g;
const LONGEST_MESSAGE = 500;
const LONGEST_STACK = 8000;

/** The exception of the first failure whose line contains the reason. Later failures are its consequences. */
export function exceptionOf(events: readonly Event[], spec: ActionSpec): LoggedException | undefined {
  const failures = events.filter(({ kind }) => spec.fails.includes(kind) || CONTROLLER_FAILURES.has(kind));
  const line = failures.find((event) => raisedIn(event) !== undefined);
  if (line === undefined) return undefined;
  const { type, message } = raisedIn(line)!;
  const stack = scrubbed(line.detail.join('\n')).slice(0, LONGEST_STACK);
  return {
    type,
    message,
    event: {
      name: 'exception',
      at: line.at,
      attributes: {
        [keys.exceptionType]: type,
        [keys.exceptionMessage]: message,
        ...(stack === '' ? {} : { [keys.exceptionStack]: stack }),
        [keys.logPath]: line.origin.path,
        [keys.logOffset]: line.origin.offset,
      },
    },
  };
}

function raisedIn(event: Event): { type: string; message: string } | undefined {
  const cause =
    textOf(event, 'cause') ??
    textOf(event, 'reason') ??
    textOf(event, 'error') ??
    event.detail.findLast((line) => RAISED.test(line) && !line.startsWith(' '));
  if (cause === undefined || cause === '') return undefined;
  const found = RAISED.exec(cause);
  const type = found?.[1];
  if (type !== undefined && CLASS.test(type))
    return { type: type.replace(REMOTE, ''), message: scrubbed(found![2]!).slice(0, LONGEST_MESSAGE) };
  return { type: event.kind, message: scrubbed(cause).slice(0, LONGEST_MESSAGE) };
}
