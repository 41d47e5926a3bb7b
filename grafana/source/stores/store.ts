import { type Column, linkTo } from '../column.js';
import type { Rows } from '../panel.js';
import type { Source, Target } from '../target.js';

/** Where traces are kept: what the dashboards ask it, and how they show its answers. */
export interface Store {
  readonly kind: 'tempo' | 'jaeger';
  readonly name: string;
  readonly source: Source;
  /** roots of an action (`instance create`, or with a variable's name) on `$host` that took longer than `$longer` */
  readonly slowest: (root: string) => Target;
  readonly slowestRows: Rows;
  /** what a search for slow ones cannot do, in a sentence */
  readonly slowestCannot: string;
  /** roots of an action that did not succeed on `$host` */
  readonly failed: (root: string) => Target;
  readonly failedRows: Rows;
  /** what `failed` cannot do, in a sentence */
  readonly failedCannot: string;
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

/** At most so many rows: of what matches, a store gives any, or the latest, but not the slowest. */
export const MOST_ROWS = 200;

/** A row's trace. All dashboards call the data source `traces`. */
export const toTrace = (fields: string): Column['properties'] => [
  linkTo('Show this trace', `/d/novaspan-trace?${fields}&\${traces:queryparam}&\${__url_time_range}`),
];

/** Of a span that does not know its instance. */
export const toTraceAlone = (field: string) => toTrace(`var-trace=\${__data.fields.${field}}`);

/** All that happened to the instance of a row. */
export const toInstance = (field: string): Column['properties'] => [
  linkTo('Show all actions of this instance', `/d/novaspan-instance?var-instance=${field}&\${traces:queryparam}&\${__url_time_range}`),
];
