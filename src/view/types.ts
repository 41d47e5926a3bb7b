/** What the page is given: plain JSON, the same from the server and inside a self-contained report. web/ imports these types only. */

/** A phase of an action, as charts need it. Times in milliseconds; `at` counts from the start of the action. */
export interface PhaseRow {
  readonly span: string;
  readonly name: string;
  readonly service: string;
  readonly host: string;
  readonly at: number;
  readonly ms: number;
  /** how much of the action's time this phase itself gated; 0 where it gated nothing */
  readonly gated: number;
}

/** The parts of a phase row in a {@link Batch}: places in `names`, then numbers. */
export type PackedPhase = readonly [span: string, name: number, service: number, host: number, at: number, ms: number, gated: number];

/** An action in the list. */
export interface Outline {
  readonly id: string;
  readonly form: 'action' | 'fragment' | 'network-ready';
  /** what the list calls it: nova's name of the action, or what it is a part of */
  readonly action: string;
  /** `unknown` for what has no root */
  readonly outcome: string;
  readonly isError: boolean;
  /** epoch milliseconds */
  readonly start: number;
  readonly ms: number;
  readonly host: string;
  readonly hosts: readonly string[];
  readonly instance: string;
  readonly request?: string;
  /** one sentence: what happened and why it took so long */
  readonly headline: string;
  /** what of it the list does not say elsewhere */
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

/** How far the reading is. */
export interface Status {
  readonly state: 'reading' | 'done' | 'following';
  readonly read: number;
  readonly total: number;
  /** actions that had to go, so that the memory holds */
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
  /** one call of an API, of which an action has dozens */
  readonly isRequest: boolean;
  /** epoch milliseconds */
  readonly start: number;
  readonly ms: number;
  readonly begins: Sure;
  readonly ends: Sure;
  readonly port?: string;
  readonly error?: string;
  /** why it took so long, as far as the logs show */
  readonly causes: readonly string[];
  readonly attributes: readonly (readonly [key: string, value: string])[];
  readonly lines: readonly LogLine[];
  /** lines that were left out */
  readonly moreLines: number;
  /** what this phase is, in a sentence */
  readonly about?: string;
  /** its place in the chain that gated the end, 0 for the last; undefined where it gated nothing */
  readonly gate?: number;
}

export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly service: string;
  readonly text: string;
  /** the file, with the number of the line where that is known */
  readonly place: string;
}

/** A step of the chain that gated the end, the first in time first. */
export interface ChainStep {
  /** the first of its spans; undefined where no line accounts for the time */
  readonly span?: string;
  readonly name: string;
  readonly service?: string;
  readonly depth: number;
  readonly start: number;
  /** undefined where its end is not in the logs */
  readonly end?: number;
  /** its time without that of the steps within it */
  readonly own: number;
}

/** An action with everything that is shown of it. */
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
  /** from the first moment of any span to the last */
  readonly from: number;
  readonly to: number;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly culprit?: { readonly span: string; readonly name: string; readonly ms: number; readonly sure: boolean };
  readonly chain: readonly ChainStep[];
  readonly rows: readonly SpanRow[];
  /** traces that this one links to */
  readonly links: readonly string[];
}
