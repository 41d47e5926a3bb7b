import { type Column, linkTo, type Rows } from '../panel.js';
import type { Source, Target } from '../target.js';

/** Where traces are kept: what the dashboards ask it, and how they show its answers. */
export interface Store {
  readonly kind: 'tempo' | 'jaeger';
  readonly name: string;
  readonly source: Source;
  /** roots of `$action` on `$host` that took longer than `$longer` */
  readonly slowest: Target;
  readonly slowestRows: Rows;
  /** what `slowest` cannot do, in a sentence */
  readonly slowestCannot: string;
  /** spans of the wait for a port that took longer than `$longer` */
  readonly waits: Target;
  readonly waitsRows: Rows;
  /** the roots of `$instance` */
  readonly actions: Target;
  readonly actionsRows: Rows;
  /** what `actions` cannot do, in a sentence */
  readonly actionsCannot: string;
  /** the trace `$trace` */
  readonly trace: Target;
}

/** A row's trace, on the dashboard of its instance. Both dashboards call the data source `traces`. */
export const toTrace = (fields: string): Column['properties'] => [
  linkTo('Show this trace', `/d/novaspan-instance?${fields}&\${traces:queryparam}&\${__url_time_range}`),
];

/** Of a span that does not know its instance. */
export const toTraceAlone = (field: string) => toTrace(`var-trace=\${__data.fields.${field}}`);
