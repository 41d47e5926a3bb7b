import { readFile, unlink } from 'node:fs/promises';

import { defaultStateDir } from '../config/state-dir.js';
import { Circuit } from '../export/circuit.js';
import type { ExportResult } from '../export/exporter.js';
import { createDocumentSender } from '../export/otlp-http.js';
import { tracesUrl } from '../export/otlp-settings.js';
import type { Clock } from '../model/clock.js';
import { reasonOf } from '../model/errors.js';
import { deadLetterFiles, deadLetterFolder, readDeadLetter } from './dead-letters.js';

export interface ResendOptions {
  /** files to send; empty for all files of the folder */
  readonly files: readonly string[];
  /** the state folder, which has the folder `dead-letter` */
  readonly stateDir?: string | undefined;
  /** endpoint of the backend; default: the standard variables */
  readonly endpoint?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** uniform in [0, 1) */
  readonly random?: () => number;
}

/** Result of one file. Only a file that was `sent` is removed. */
export type Resent =
  | { readonly file: string; readonly outcome: 'sent'; readonly rejected: number; readonly message?: string }
  /** the backend still refuses it */
  | { readonly file: string; readonly outcome: 'refused'; readonly reason: string; readonly before: string }
  /** the file cannot be read, or novaspan did not write it */
  | { readonly file: string; readonly outcome: 'unreadable'; readonly reason: string }
  /** the backend accepted it, but the file cannot be removed */
  | { readonly file: string; readonly outcome: 'undeletable'; readonly reason: string }
  /** The backend is away or refuses everything. This is the last result: no other file is tried. */
  | { readonly file: string; readonly outcome: 'unsent'; readonly reason: string };

/** Attempts per trace. A user waits for the command, so a longer outage is reported instead. */
const ATTEMPTS = 4;

/**
 * Sends all dead letters, in the order of their file names, and removes each file after the acknowledgement. Safe to
 * stop at any time: a trace sent twice has the same bytes.
 * @throws OperatorError CONFIG_INVALID if the settings of the backend are not valid
 */
export async function* resend({ files, stateDir, endpoint, env, clock, signal, random }: ResendOptions): AsyncGenerator<Resent> {
  const folder = deadLetterFolder(stateDir ?? env['NOVASPAN_STATE_DIR'] ?? defaultStateDir(env));
  const sender = createDocumentSender({ ...(endpoint !== undefined && { url: tracesUrl(endpoint) }), clock });
  const send = async (document: string): Promise<ExportResult> => {
    const circuit = new Circuit(random ?? Math.random);
    for (let attempt = 1; ; attempt++) {
      const result = await sender.send(document);
      if (result.outcome !== 'retryable' || attempt === ATTEMPTS || signal.aborted) return result;
      const wait = circuit.failed({ retryInMs: result.retryInMs });
      // A long wait that the backend asks for is not worth waiting for.
      if (circuit.state === 'open') return result;
      await clock.sleep(wait, signal);
      if (signal.aborted) return result;
    }
  };

  try {
    for (const file of files.length > 0 ? files : await deadLetterFiles(folder)) {
      if (signal.aborted) return;
      const resent = await resendFile(file, send);
      yield resent;
      if (resent.outcome === 'unsent') return;
    }
  } finally {
    await sender.shutdown();
  }
}

async function resendFile(file: string, send: (document: string) => Promise<ExportResult>): Promise<Resent> {
  let before: string;
  let result: ExportResult;
  try {
    const { reason, document } = readDeadLetter(await readFile(file, 'utf8'));
    before = reason;
    result = await send(document);
  } catch (error) {
    return { file, outcome: 'unreadable', reason: reasonOf(error) };
  }
  if (result.outcome === 'refused' && result.about === 'trace') return { file, outcome: 'refused', reason: result.reason, before };
  if (result.outcome !== 'delivered') return { file, outcome: 'unsent', reason: result.reason };
  try {
    await unlink(file);
  } catch (error) {
    return { file, outcome: 'undeletable', reason: reasonOf(error) };
  }
  const { rejected, message } = result;
  return { file, outcome: 'sent', rejected, ...(message !== undefined && { message }) };
}
