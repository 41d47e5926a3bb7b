import type { Millis } from '../model/line.js';

/** A poll loop without a finished cycle for this long hangs: a cycle takes well under a second. */
export const STALLED: Millis = 30_000;

/** Facts from which health is computed. */
export interface HealthFacts {
  /** end of the last poll cycle, with or without reading; before the first, the start of the loop */
  readonly cycleEndedAt: Millis;
  /** logs named by the operator that were not polled yet */
  readonly unseen: readonly string[];
  /** why the checkpoint cannot be written; undefined if it can, or if none is kept */
  readonly checkpointFault: string | undefined;
  readonly backend: {
    /** there was a trace to send */
    readonly needed: boolean;
    /** the backend has accepted one since the start */
    readonly acknowledged: boolean;
    /** why it has not, if known */
    readonly fault?: string | undefined;
  };
}

/**
 * Reasons for operators; empty if all is well. Never a header or a secret: anyone who reaches the port can read them.
 */
export interface Health {
  /** not live: only a restart helps */
  readonly live: readonly string[];
  /** not ready: waiting may help */
  readonly ready: readonly string[];
}

/**
 * Live: the poll loop makes progress. Ready: live, every given log was polled, the checkpoint can be written, and the
 * backend accepted a trace if there was one to send.
 * A later outage of the backend does not make it unready: the logs keep the lines, and `novaspan_backend_up` shows the
 * outage.
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
