import type { Limits, ThresholdName } from '../thresholds.js';
import type { Whose } from './sentence.js';

/**
 * `critical`: boots fail for the whole cloud, or data is lost or about to be. `warning`: somebody should look today.
 */
type Severity = 'critical' | 'warning';

/** Sentences of an annotation: `{value}` is the value in words, `{host}` and the like are labels of the alert. */
export type Text = string;

/** One alert, from which the rules of Prometheus and those of Grafana are both made. It is on while `expr` is beyond `limit`. */
export interface Alert {
  readonly name: string;
  readonly group: 'boots' | 'sidecars';
  readonly severity: Severity;
  /** What is measured, in PromQL, without the comparison: Grafana compares by itself, and the value stays readable. */
  readonly expr: (limits: Limits) => string;
  /** Beyond which it is on; 0 where there should be nothing at all. */
  readonly limit: ThresholdName | 0;
  readonly for: Duration;
  /** How long it stays on after the last evaluation that saw it: longer than a gauge of five minutes or a missed scrape. */
  readonly keepFiringFor: Duration;
  /** how the value is told */
  readonly value: 'duration' | 'number' | 'percentage';
  readonly summary: Text;
  readonly description: (limits: Limits) => Text;
  /** where the alert leads: a panel of a dashboard, by its title */
  readonly shown: Shown;
  /** Whose boots the sentence about boots is of; absent where the alert is of none. */
  readonly boots?: Whose;
  /** where the traces are listed that it is of */
  readonly traces?: Shown;
  /** what to run on the host, to see them in its logs */
  readonly command?: (limits: Limits) => string;
  /** A sentence with a number that Prometheus looks up when the alert is sent; Grafana's templates cannot. */
  readonly count?: (limits: Limits) => Count;
}

export interface Shown {
  /** the dashboard's uid */
  readonly on: 'novaspan-boots' | 'novaspan-plug' | 'novaspan-health';
  readonly panel: string;
  /** variables of the dashboard; `{host}` and the like are labels of the alert */
  readonly with?: Readonly<Record<string, Text>>;
}

export type Duration = `${number}m` | '0m';

export interface Count {
  /** One number. `{host}` and the like are labels of the alert. */
  readonly expr: string;
  /** `{count}` is that number; the sentence is left out where it is 0 */
  readonly text: Text;
}

export const limitOf = ({ limit }: Pick<Alert, 'limit'>, limits: Limits): number => (limit === 0 ? 0 : limits[limit]);
