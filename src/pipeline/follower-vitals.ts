import type { Vitals } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import type { LogStanding } from './live-log.js';

/** The state of following after the last cycle; times are of the logs. */
export interface FollowerVitals {
  /** by nova's name of the action */
  readonly openActions: Vitals['openActions'];
  readonly buildHosts: Vitals['buildHosts'];
  readonly computeHosts: Vitals['computeHosts'];
  /** lines that wait for a link */
  readonly linesKept: number;
  readonly watermark: Millis | undefined;
  readonly horizon: Millis | undefined;
  /** log files that are held open */
  readonly descriptors: number;
  /** `zoneOffset`: by how much the times of a log are ahead because its zone is wrong */
  readonly logs: readonly (LogStanding & { readonly zoneOffset: Millis | undefined })[];
}
