import { createHash } from 'node:crypto';
import type { Count } from '../model/counters.js';
import { reasonOf } from '../model/errors.js';
import { HOST_FORM } from '../model/host.js';
import { type Answer, accepted, type Encoding, refused } from './answer.js';
import { readJson } from './read-json.js';
import { readProtobuf } from './read-protobuf.js';
import type { Lines, ReceiveBuffer } from './receive-buffer.js';
import { judge, type Namer, type Reason, type SentLog } from './record.js';
import { Malformed, type SentRecord } from './value.js';

/** The methods of novaspan's log that are used here. */
export interface ReceiverLog {
  error(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

export interface ReceiverOptions {
  readonly buffer: Pick<ReceiveBuffer, 'append' | 'hasRoomFor'>;
  readonly nameOf: Namer;
  readonly count: Count;
  readonly log: ReceiverLog;
}

/** Texts for rejected records: how to correct the sender's configuration. */
const REMEDIES: Readonly<Record<Reason, string>> = {
  'no line': 'no line: the body must be text, bytes or a map, or the attribute log.record.original must be there',
  'no host': 'no host: set the resource attribute host.name',
  'not a host': `host.name is not ${HOST_FORM}`,
  'no log': 'no log: set the attribute log.file.path, log.file.name or service.name',
  'too many logs': 'too many different logs',
};

/** In seconds. Long enough for a full receive buffer to get room, short enough that lines are not too late. */
const RETRY_FULL = 10;
const RETRY_FAILED = 5;

/** Stores the lines of requests whose bodies were read and unpacked. Answers only after the lines are synced. */
export class Receiver {
  readonly #options: ReceiverOptions;
  #fault: string | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async receive(encoding: Encoding, body: Buffer): Promise<Answer> {
    const { buffer, count } = this.#options;
    try {
      const { lines, rejected, skipped, taken } = this.#sort(encoding === 'json' ? readJson(body) : readProtobuf(body));
      // The lines to write depend only on these bytes.
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 32);
      const outcome = lines.length === 0 ? 'taken' : await buffer.append(hash, lines);
      if (outcome === 'full') {
        this.#failed('the receive buffer is full');
        return refused(encoding, 503, 'the receive buffer has no room: send the lines again later', RETRY_FULL);
      }
      this.#succeeded();
      if (outcome === 'repeated') count('received_duplicates');
      else {
        count('received_records', taken);
        count('received_bytes', sizeOf(lines));
        count('received_skipped', skipped);
        for (const [reason, records] of rejected) count('received_rejected', records, reason);
      }
      const unusable = [...rejected.values()].reduce((sum, n) => sum + n, 0);
      return accepted(encoding, unusable, [...rejected.keys()].map((reason) => REMEDIES[reason]).join('; '));
    } catch (error) {
      if (error instanceof Malformed) return refused(encoding, 400, error.message);
      this.#failed(reasonOf(error));
      return refused(encoding, 503, 'the lines could not be written: send them again', RETRY_FAILED);
    }
  }

  /** Records by log, in order. */
  #sort(records: readonly SentRecord[]) {
    const logs = new Map<string, { readonly log: SentLog; readonly bytes: Buffer[] }>();
    const rejected = new Map<Reason, number>();
    let skipped = 0;
    let taken = 0;
    let added = 0;
    const reject = (reason: Reason): unknown => rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
    for (const record of records) {
      const verdict = judge(record, this.#options.nameOf);
      if (verdict.outcome === 'rejected') reject(verdict.reason);
      else if (verdict.outcome === 'passed-over') skipped++;
      else {
        const known = logs.get(verdict.log.key);
        if (known === undefined && !this.#options.buffer.hasRoomFor(verdict.log, added)) {
          reject('too many logs');
          continue;
        }
        taken++;
        if (known !== undefined) known.bytes.push(verdict.lines);
        else {
          logs.set(verdict.log.key, { log: verdict.log, bytes: [verdict.lines] });
          added++;
        }
      }
    }
    const lines: Lines[] = [...logs.values()].map(({ log, bytes }) => ({ log, bytes: Buffer.concat(bytes) }));
    return { lines, rejected, skipped: skipped, taken };
  }

  /** Logs a fault once, until it is over. */
  #failed(reason: string): void {
    const isNew = this.#fault === undefined;
    this.#fault = reason;
    if (isNew) this.#options.log.error({ reason }, 'received lines cannot be written: senders get 503 and repeat their requests');
  }

  #succeeded(): void {
    if (this.#fault !== undefined) this.#options.log.info({}, 'received lines can be written again');
    this.#fault = undefined;
  }
}

const sizeOf = (lines: readonly Lines[]): number => lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
