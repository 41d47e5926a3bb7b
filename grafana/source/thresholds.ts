/** One number that divides quiet from alarm: what is beyond it alarms, what is equal to it does not. */
export interface Threshold {
  readonly value: number;
  readonly unit: 'seconds' | 'boots' | 'lines' | 'share';
  /**
   * What may stand there. A bucket is an upper bound of the histograms (docs/metrics.md): boots beyond the threshold are counted,
   * and a histogram can count beyond its own bounds only.
   */
  readonly must: 'be a bucket' | 'be a bucket of phases' | 'be positive' | 'be a whole number' | 'be between 0 and 1';
  /** why this number, in one sentence */
  readonly reason: string;
}

/**
 * Every threshold of the dashboards and of the alerts; nowhere else is one written. To have others, do not edit this:
 * `npm run grafana -- --thresholds FILE` takes a YAML file of `name: number`.
 */
export const thresholds = {
  spawnSlow: {
    value: 60,
    unit: 'seconds',
    must: 'be a bucket',
    reason: 'a spawn takes some 5 to 20 s where the image is in the cache; a minute is what users notice and call about',
  },
  buildSlow: {
    value: 120,
    unit: 'seconds',
    must: 'be a bucket',
    reason: 'twice the spawn: room for the ports and volumes that a build makes besides',
  },
  slowBoots: {
    value: 0,
    unit: 'boots',
    must: 'be a whole number',
    reason: 'how many slow spawns or builds of a host in an hour are borne: none, as a host that never was slow and is now is worth a look',
  },
  vifPlugSlow: {
    value: 30,
    unit: 'seconds',
    must: 'be a bucket of phases',
    reason: "a tenth of the 300 s after which nova gives a boot up (vif_plugging_timeout), and well over neutron's usual 2 to 10 s",
  },
  lportClaimSlow: {
    value: 10,
    unit: 'seconds',
    must: 'be a bucket of phases',
    reason: 'ovn-controller takes milliseconds; seconds mean that it computes all flows anew at each change',
  },
  bootStuck: {
    value: 900,
    unit: 'seconds',
    must: 'be positive',
    reason: 'three times the 300 s that nova waits for a port: no step of a boot but a huge image takes as long',
  },
  bootsFailing: {
    value: 2,
    unit: 'boots',
    must: 'be a whole number',
    reason:
      'one or two failed boots are often their users (a bad image, a boot deleted while it builds); a third within half an hour is the host',
  },
  bootsFailingEverywhere: {
    value: 4,
    unit: 'boots',
    must: 'be a whole number',
    reason: 'of so few failed boots a share says nothing about a whole cloud',
  },
  bootsFailingShare: {
    value: 0.5,
    unit: 'share',
    must: 'be between 0 and 1',
    reason: 'when more boots fail than succeed, booting is broken for everybody',
  },
  lagging: {
    value: 120,
    unit: 'seconds',
    must: 'be positive',
    reason: 'a trace is exported about 10 s after its action; two minutes are far beyond what a busy disk explains',
  },
  notExporting: {
    value: 600,
    unit: 'seconds',
    must: 'be positive',
    reason: 'the longest wait between two tries is a minute, so in ten a backend that is merely restarted has taken something',
  },
  checkpointOld: {
    value: 600,
    unit: 'seconds',
    must: 'be positive',
    reason: 'it is written every few seconds; in ten minutes a full disk has not gone by itself',
  },
  neededLogOld: {
    value: 21_600,
    unit: 'seconds',
    must: 'be positive',
    reason: 'six hours: less than any usual rotation keeps, and time to correct the cause before the first line is lost',
  },
  missingShare: {
    value: 0.01,
    unit: 'share',
    must: 'be between 0 and 1',
    reason: 'single late or missing lines are normal; one of a hundred is a log that is shipped late, a rate limit, or a wrong time zone',
  },
  missingLines: {
    value: 20,
    unit: 'lines',
    must: 'be a whole number',
    reason: 'of so few lines in an hour a share says nothing',
  },
} as const satisfies Record<string, Threshold>;

export type ThresholdName = keyof typeof thresholds;

/** The numbers alone, by name: what dashboards and alerts are made with. */
export type Limits = Readonly<Record<ThresholdName, number>>;

export const limits = Object.fromEntries(Object.entries(thresholds).map(([name, { value }]) => [name, value])) as Limits;

/**
 * From where on boards are yellow, and from where on red. No alert goes by these: a single user's mistake is a share of a quiet
 * night, but 9 % is no green.
 */
export const levels = {
  /** the share of boots that did not succeed */
  failed: { warn: 0.01, limit: 0.05 },
  /** the share of spawns that were no slower than the alert SpawnSlow allows */
  inTime: { warn: 0.99, limit: 0.95 },
} as const;
