/** Data of the page: plain JSON, the same from the server and in a report. web/ imports only these types. */

/** A phase of an action, for charts. Times in milliseconds; `at` counts from the start of the action. */
export interface PhaseRow {
  readonly span: string;
  readonly name: string;
  readonly service: string;
  readonly host: string;
  readonly at: number;
  readonly ms: number;
  /** time of the action that this phase itself gated; 0 if none */
  readonly gated: number;
}

/** A phase row in a {@link Batch}: indexes in `names`, then numbers. */
export type PackedPhase = readonly [span: string, name: number, service: number, host: number, at: number, ms: number, gated: number];

/** An action in the list. */
export interface Outline {
  readonly id: string;
  readonly form: 'action' | 'fragment' | 'network-ready';
  /** name in the list: nova's name of the action, or of the action it is a part of */
  readonly action: string;
  /** `unknown` without a root */
  readonly outcome: string;
  readonly isError: boolean;
  /** epoch milliseconds */
  readonly start: number;
  readonly ms: number;
  readonly host: string;
  readonly hosts: readonly string[];
  readonly instance: string;
  readonly request?: string;
  /** one sentence: what happened, and why it took so long */
  readonly headline: string;
  /** the part of it that the list does not show elsewhere */
  readonly why: string;
  readonly error?: string;
  readonly spans: number;
  readonly phases: readonly PhaseRow[];
}

export interface PackedOutline extends Omit<Outline, 'phases'> {
  readonly phases: readonly PackedPhase[];
}

/** Outlines with the names that their phases share. */
export interface Batch {
  readonly names: readonly string[];
  readonly outlines: readonly PackedOutline[];
}

/** Progress of reading. */
export interface Status {
  readonly state: 'reading' | 'done' | 'following';
  readonly read: number;
  readonly total: number;
  /** number of actions dropped to limit memory */
  readonly dropped: number;
  readonly version: string;
}

type Sure = 'observed' | 'derived' | 'unobserved';

/** One row of the waterfall. */
export interface SpanRow {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly host: string;
  /** nova, neutron, ovs: for the colour */
  readonly project: string;
  readonly depth: number;
  readonly hasParts: boolean;
  /** one API call, of which an action has dozens */
  readonly isRequest: boolean;
  /** epoch milliseconds */
  readonly start: number;
  readonly ms: number;
  readonly begins: Sure;
  readonly ends: Sure;
  readonly port?: string;
  readonly error?: string;
  /** causes of its duration, as far as the logs show them */
  readonly causes: readonly string[];
  readonly attributes: readonly (readonly [key: string, value: string])[];
  readonly lines: readonly LogLine[];
  /** number of lines left out */
  readonly moreLines: number;
  /** one sentence about this phase */
  readonly about?: string;
  /** index in the chain that gated the end, 0 for the last; undefined if it gated nothing */
  readonly gate?: number;
}

/** A log line behind a span. */
export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly service: string;
  readonly text: string;
  /** file, with the line number if known */
  readonly place: string;
}

/** A step of the chain that gated the end, in the order of time. */
export interface ChainStep {
  /** the first of its spans; undefined if no line accounts for the time */
  readonly span?: string;
  readonly name: string;
  readonly service?: string;
  readonly depth: number;
  readonly start: number;
  /** undefined if its end is not in the logs */
  readonly end?: number;
  /** its time without that of the steps within it */
  readonly own: number;
}

/** An action with all its details. */
export interface TracePage {
  readonly id: string;
  readonly form: Outline['form'];
  readonly action: string;
  readonly outcome: string;
  readonly isError: boolean;
  readonly headline: string;
  readonly error?: string;
  readonly start: number;
  readonly ms: number;
  /** from the first start to the last end of all spans */
  readonly from: number;
  readonly to: number;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly culprit?: { readonly span: string; readonly name: string; readonly ms: number; readonly sure: boolean };
  readonly chain: readonly ChainStep[];
  readonly rows: readonly SpanRow[];
  /** ids of traces that this one links to */
  readonly links: readonly string[];
}
