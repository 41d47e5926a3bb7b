/** Steps of a boot on nova-compute that follow each other: together they are the whole boot, and none lies in another. */
export const STEPS = [
  'resource claim',
  'claim save',
  'build prepare',
  'block device mapping',
  'image create',
  'network wait',
  'guest xml',
  'vif plug',
  'guest start',
  'guest paused',
  'spawn finish',
  'build finish',
] as const;

/** What comes before them, between the API and the host's first line. */
export const BEFORE = ['dispatch', 'build queue'] as const;

/** Phases that come after a boot is done, though they belong to its trace. */
export const AFTER = ['instance network-ready', 'guest dhcp', 'metadata provision'] as const;

/** Steps of which no line tells where one ends and the next begins are one phase, `a + b`. In a regular expression `+` is `[+]`. */
const AND = ' [+] ';

/** Matches each of the steps, and any that follow each other as one. */
export const step = (names: readonly string[]): string => {
  const one = `(${names.join('|')})`;
  return `phase=~"${one}(${AND}${one})*"`;
};

/** At INFO nova-compute says where the image begins and where the guest's interfaces are plugged, and nothing between. */
export const AT_INFO = `phase=~"(.*${AND})?image create${AND}network wait(${AND}.*)?"`;
