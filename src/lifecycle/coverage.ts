import type { Coverage, Fate, Phase } from './phase.js';
import type { Layout } from './plan.js';

const LETTERS: Readonly<Record<Fate, string>> = {
  seen: 's',
  'not-reported': 'u',
  'not-applicable': 'a',
  'not-read': 'r',
  'not-logged': 'l',
  'no-plug': 'p',
  'no-line': 'n',
};

/** Most actions of a kind have the same coverage; a layout caches at most this many different ones. */
const MAX_CACHED = 100;

/** The coverage of an action. Actions with the same result share one object. */
export function coverageOf(layout: Layout, fates: readonly Fate[], phases: readonly Phase[]): Coverage {
  let key = '';
  for (const fate of fates) key += LETTERS[fate];
  for (const { name, parts, spec } of phases) key += `\n${nameOf(name, spec)}${parts === undefined ? '' : '\n+'}`;
  let coverage = layout.coverages.get(key);
  if (coverage === undefined) {
    coverage = computeCoverage(layout, fates, phases);
    if (layout.coverages.size === MAX_CACHED) layout.coverages.clear();
    layout.coverages.set(key, coverage);
  }
  return coverage;
}

/** Spans that are named by their call count as one phase in lists. */
const nameOf = (name: string, spec: Phase['spec']): string => (spec.namedByCall === true ? spec.name : name);

function computeCoverage({ plans, replaced }: Layout, fates: readonly Fate[], phases: readonly Phase[]): Coverage {
  const observed = new Set(phases.map(({ name, spec }) => nameOf(name, spec)));
  const missing = new Map<string, string>();
  const notLogged = new Set<string>();
  const notApplicable = new Set<string>();
  for (let i = 0; i <= plans.length; i++) {
    for (const name of replaced.get(i) ?? []) notApplicable.add(name);
    const plan = plans[i];
    if (plan === undefined) break;
    const fate = fates[i];
    if (fate === 'not-applicable') notApplicable.add(plan.name);
    else if (fate === 'not-read') missing.set(plan.name, `${plan.services[0]} not read`);
    else if (fate === 'not-logged') notLogged.add(plan.name);
    else if (fate === 'no-plug') missing.set(plan.name, 'no plug seen');
    else if (fate === 'no-line') missing.set(plan.name, 'no such line');
  }
  for (const { parts = [] } of phases) {
    for (const part of parts) {
      missing.delete(part);
      notLogged.add(part);
    }
  }
  // A phase that has only a start at this log level was removed.
  for (const [i, { name }] of plans.entries()) if (fates[i] === 'seen') notLogged.add(name);
  const named = (names: Iterable<string>): string[] => [...names].filter((name) => !observed.has(name));
  return {
    observed: [...observed],
    missing: named(missing.keys()).map((name) => `${name} (${missing.get(name)})`),
    notLogged: named(notLogged),
    notApplicable: named(notApplicable),
  };
}
