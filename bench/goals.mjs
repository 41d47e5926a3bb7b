// The goals of issue 13, and which of them a run's results meet.

/** Beyond this a cost grows faster than what causes it: measuring itself is no better. */
const LINEAR = 1.15;

const rate = (log) => log && log.mb / log.tools.novaspan.cpu;
const ofMtail = (log) => log?.tools.mtail && log.tools.mtail.cpu / log.tools.novaspan.cpu;
const margin = (sizes) => {
  const [small, large] = sizes ?? [];
  return small?.peer && (large.peer.cpu - small.peer.cpu) / (large.own.cpu - small.own.cpu);
};
const rowOf = (rows, count) => rows?.find((row) => row.count === count);
/** How much more one costs where there are more of them; from so many on, as a start is not growth. */
const growth = (rows, from) => {
  const counted = rows?.filter(({ count }) => count >= from);
  if (counted === undefined || counted.length < 2) return undefined;
  return Math.max(...counted.slice(1).map(({ each }, i) => each / counted[i].each));
};
/** What one more costs, of three rows: among many and among few. */
const growthOfOneMore = (rows, field) => {
  const [few, some, many] = rows ?? [];
  if (many === undefined) return undefined;
  const each = (a, b) => (b[field] - a[field]) / (b.count - a.count);
  return each(some, many) / each(few, some);
};

/** `most`: the value may be at most that much; `least`: it has to be at least that much. */
export const GOALS = [
  { what: 'quiet file', part: 'quiet', least: 500, unit: ' MB per CPU s', of: (r) => rate(r.quiet) },
  { what: 'quiet file, beside mtail', part: 'quiet', least: 8, of: (r) => ofMtail(r.quiet) },
  { what: 'mix at DEBUG, beside mtail', part: 'mix-debug', least: 5, of: (r) => ofMtail(r['mix-debug']) },
  { what: 'mix at INFO, beside mtail', part: 'mix-info', least: 1.5, of: (r) => ofMtail(r['mix-info']) },
  { what: 'dense, ten services, beside mtail', part: 'set', least: 1.3, of: (r) => ofMtail(r.set) },
  { what: 'dense, one nova-compute, beside mtail', part: 'one', least: 1.3, of: (r) => ofMtail(r.one) },
  { what: 'dense at the margin from 200 to 800 MB, beside mtail', part: 'sizes', least: 2, of: (r) => margin(r.sizes) },
  {
    what: '2 GB, processor time beside that of 200 MB',
    part: 'sizes',
    most: 10.5,
    of: (r) => r.sizes && r.sizes.at(-1).own.cpu / r.sizes[0].own.cpu,
  },
  {
    what: '2 GB, peak memory beyond that of 200 MB',
    part: 'sizes',
    most: 5,
    unit: ' MB',
    of: (r) => r.sizes && r.sizes.at(-1).own.peakMb - r.sizes[0].own.peakMb,
  },
  { what: 'two cores on 800 MB', part: 'jobs', least: 1.6, of: (r) => r.jobs },
  { what: 'sidecar at 1,000 lines/s, beside mtail', part: 'sidecar', most: 1, of: (r) => r.sidecar?.ofMtail },
  { what: 'sidecar, idle', part: 'files', most: 80, unit: ' MB', of: (r) => rowOf(r.files, 12)?.rssMb },
  { what: 'sidecar with 1,000 open actions', part: 'memory', most: 100, unit: ' MB', of: (r) => rowOf(r.memory, 1000)?.openMb },
  {
    what: 'sidecar, wake-ups a second of its main thread when nothing is written',
    part: 'files',
    most: 2,
    unit: '',
    of: (r) => rowOf(r.files, 12)?.main,
  },
  { what: '`--version`, beside bare Node.js', part: 'start', most: 1.2, of: (r) => r.start?.version },
  { what: '`trace-id`, beside bare Node.js', part: 'start', most: 1.2, of: (r) => r.start?.traceId },
  { what: 'growth with boots at once, from one row to the next', part: 'boots', most: LINEAR, of: (r) => growth(r.boots, 100) },
  { what: 'growth with ports per instance, from one row to the next', part: 'ports', most: LINEAR, of: (r) => growth(r.ports, 1) },
  { what: 'growth with actions under way: memory', part: 'memory', most: LINEAR, of: (r) => growthOfOneMore(r.memory, 'openMb') },
  { what: 'growth with files: processor time', part: 'files', most: LINEAR, of: (r) => growthOfOneMore(r.files, 'cpu') },
  { what: 'growth with files: memory', part: 'files', most: LINEAR, of: (r) => growthOfOneMore(r.files, 'rssMb') },
];

const shown = (value, unit) => `${value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)}${unit}`;

/** "met (5.3x of 5x)", "not met: 1.1x of 1.3x". */
export function verdict({ part, least, most, unit = 'x', of }, results) {
  const value = of(results);
  if (value === undefined || Number.isNaN(value)) return `not measured in this run (--only ${part})`;
  const isMet = least === undefined ? value <= most : value >= least;
  const detail = `${shown(value, unit)} of ${least === undefined ? 'at most ' : ''}${least ?? most}${unit}`;
  return isMet ? `met (${detail})` : `not met: ${detail}`;
}
