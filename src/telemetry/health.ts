import type { Millis } from '../model/line.js';

/** A poll loop without a finished cycle for so long hangs: a cycle reads a piece of each log, and takes well under a second. */
export const STALLED: Millis = 30_000;

/** The facts that health is computed from. */
export interface HealthFacts {
  /** when the last poll cycle ended, with or without reading; before the first, when the loop started */
  readonly cycleEndedAt: Millis;
  /** logs named by the operator that have not been looked at yet */
  readonly unseen: readonly string[];
  /** why the checkpoint cannot be written; undefined while it can, or where none is kept */
  readonly checkpointFault: string | undefined;
  readonly backend: {
    /** a trace was to be sent */
    readonly needed: boolean;
    /** it has taken one since the process started */
    readonly acknowledged: boolean;
    /** why it did not, if that is known */
    readonly fault?: string | undefined;
  };
}

/** Why not, in words for an operator; empty where all is well. Never a header or a secret: anyone who may ask reads it. */
export interface Health {
  /** alive: if not, only a restart helps */
  readonly live: readonly string[];
  /** does what it is there for; waiting may help */
  readonly ready: readonly string[];
}

/**
 * Live: the poll loop makes progress. Ready: it also has looked at every log that it was given, can write its checkpoint, and has
 * reached its backend as soon as there was something to send. A backend that goes away later is no reason not to be ready:
 * the logs keep what it has not taken, and `novaspan_backend_up` says it.
 */
export function healthOf({ cycleEndedAt, unseen, checkpointFault, backend }: HealthFacts, now: Millis): Health {
  const live = now - cycleEndedAt > STALLED ? [`no poll cycle has finished for ${Math.round((now - cycleEndedAt) / 1000)} s`] : [];
  const ready = [...live];
  for (const path of unseen) ready.push(`${path} has not been looked at yet`);
  if (checkpointFault !== undefined) ready.push(`the checkpoint cannot be written: ${checkpointFault}`);
  if (backend.needed && !backend.acknowledged)
    ready.push(`the backend has not accepted a trace yet${backend.fault === undefined ? '' : `: ${backend.fault}`}`);
  return { live, ready };
}
