import type { Paint } from '../export/terminal/look.js';
import { inSeconds, inUtc, tame } from '../export/terminal/text.js';
import type { Stall, StallsOfDaemon } from '../model/stall.js';

/** Maximum number of daemons shown. */
const MOST_DAEMONS = 8;

/** The longest stalls of each daemon, the longest first; empty if no daemon stalled. */
export function stallsText(all: readonly StallsOfDaemon[], title: Paint = (text) => text): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_DAEMONS);
  return [
    title('Longest stalls of daemons'),
    ...shown.flatMap((daemon) => [`  ${headOf(daemon)}`, ...daemon.longest.map((stall) => `    ${lineOf(stall)}`)]),
    ...(shown.length === all.length ? [] : [`  and ${all.length - shown.length} more daemons`]),
  ];
}

const headOf = ({ service, host, count, totalMillis }: StallsOfDaemon): string =>
  `${tame(service)}@${tame(host)}: ${count} ${count === 1 ? 'stall' : 'stalls'}, ${inSeconds(totalMillis)} s${count === 1 ? '' : ' together'}`;

const lineOf = ({ at, millis, task, isInTrace }: Stall): string =>
  `${inSeconds(millis)} s until ${inUtc(at)}${aboutTask(task)}${isInTrace === true ? ' (in a trace)' : ''}`;

const aboutTask = (task: string | undefined): string =>
  task === undefined ? '' : `, task ${tame(task)}: it was blocked, or waited for another service`;
