/**
 * What an alert does, shown to promtool: series, and at which moments it is on. The expected words are written out by hand, so
 * that they are not compared with themselves. All with the usual thresholds. Where a window of minutes ends, checks keep a minute
 * away from it: Prometheus 3 counts its first moment no more.
 */
export interface Case {
  readonly alert: string;
  /** what it shows, as a sentence */
  readonly shows: string;
  /** Samples a minute apart, as promtool writes them: `0+1x3` is 0 1 2 3, `_` none, `stale` the end of a series. */
  readonly series: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
}

export interface Check {
  readonly minute: number;
  /** the alerts that are on; none where it has to be quiet */
  readonly fires: readonly Fired[];
}

export interface Fired {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  /** the sentence about boots; where it is not given, that there are none */
  readonly boots?: string;
}

/** Labels of a target, as they stand in a series: a host's sidecar. */
export const target = (host: string, job = 'novaspan'): string => `instance="${host}:9464", job="${job}"`;

/** The same as labels of an alert. */
export const at = (host: string, more: Readonly<Record<string, string>> = {}): Fired['labels'] => ({
  instance: `${host}:9464`,
  job: 'novaspan',
  ...more,
});

export const quiet = (...minutes: readonly number[]): Check[] => minutes.map((minute) => ({ minute, fires: [] }));

export const fires = (fired: Fired | readonly Fired[], ...minutes: readonly number[]): Check[] =>
  minutes.map((minute) => ({ minute, fires: [fired].flat() }));

export type Shown = readonly Omit<Case, 'alert'>[];

export const of = (alert: string, cases: Shown): Case[] => cases.map((each) => ({ alert, ...each }));
