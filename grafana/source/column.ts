import type { DataTransformerConfig, DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';

/** What is particular about one column of a table. */
export interface Column {
  /** as the data source calls it, or as a transformation did */
  readonly name: string;
  readonly properties: readonly DynamicConfigValue[];
}

/** Cells as bars, over the range of their own column: over that of all numbers of the table, times are far beyond durations. */
export const gauge: readonly DynamicConfigValue[] = [
  { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
  { id: 'fieldMinMax', value: true },
  { id: 'min', value: 0 },
];

export const shownAs = (name: string): DynamicConfigValue => ({ id: 'displayName', value: name });

/** In pixels. Columns without one share what is left. */
export const wide = (pixels: number): DynamicConfigValue => ({ id: 'custom.width', value: pixels });

/** A column that links need, and that nobody reads: up to Grafana 12.1 by the first name, from 12.2 on by the second. */
export const unseen: readonly DynamicConfigValue[] = [
  { id: 'custom.hidden', value: true },
  { id: 'custom.hideFrom.viz', value: true },
];

/** Columns in this order; what is not named comes after them. */
export const inOrder = (
  names: readonly string[],
  { without = [], renamed = {} }: { readonly without?: readonly string[]; readonly renamed?: Readonly<Record<string, string>> } = {},
): DataTransformerConfig => ({
  id: 'organize',
  options: {
    excludeByName: Object.fromEntries(without.map((name) => [name, true])),
    indexByName: Object.fromEntries(names.map((name, place) => [name, place])),
    renameByName: renamed,
  },
});

/** What every table calls how long a thing took. */
export const TOOK = 'took' as const;

/** How long, in seconds, of a column in other units: Grafana's own units would make minutes of a slow boot. */
export const inSeconds = (column: string, perSecond: number): DataTransformerConfig => ({
  id: 'calculateField',
  options: { mode: 'binary', alias: TOOK, binary: { left: column, operator: '/', right: String(perSecond) }, replaceFields: false },
});

export const unitOf = (unit: string): DynamicConfigValue => ({ id: 'unit', value: unit });

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** A host's boots, or its ports: from where `host` stands to the other dashboard. */
export const toHost = (uid: 'novaspan-boots' | 'novaspan-plug', host: string): Link => ({
  title: uid === 'novaspan-boots' ? 'Boots of this host' : 'Network plug path of this host',
  url: `/d/${uid}?var-host=${host}&\${cluster:queryparam}&\${prometheus:queryparam}&\${traces:queryparam}&\${__url_time_range}`,
});

export const linkTo = (title: string, url: string): DynamicConfigValue => ({
  id: 'links',
  value: [{ title, url, targetBlank: false }],
});

/** Cells that are red from a limit on, and yellow from `warn` on. */
export const redFrom = (limit: number, warn?: number): readonly DynamicConfigValue[] => [
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
  {
    id: 'thresholds',
    value: {
      mode: 'absolute',
      steps: [
        { value: null, color: 'text' },
        ...(warn === undefined ? [] : [{ value: warn, color: 'yellow' }]),
        { value: limit, color: 'red' },
      ],
    },
  },
];
