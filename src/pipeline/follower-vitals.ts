import type { Vitals } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import type { LogStanding } from './live-log.js';

/** State of following after the last cycle. Times are log times. */
export interface FollowerVitals {
  /** by nova's name of the action */
  readonly openActions: Vitals['openActions'];
  readonly buildHosts: Vitals['buildHosts'];
  readonly computeHosts: Vitals['computeHosts'];
  /** lines that wait for a link to an action */
  readonly linesKept: number;
  readonly watermark: Millis | undefined;
  readonly horizon: Millis | undefined;
  /** number of open log files */
  readonly descriptors: number;
  /** `zoneOffset`: error of the log's times because of a wrong zone */
  readonly logs: readonly (LogStanding & { readonly zoneOffset: Millis | undefined })[];
}
