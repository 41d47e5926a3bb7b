import type { EventKind } from '../catalogue/event.js';
import { holeSpec } from '../catalogue/holes.js';
import { messagesOf } from '../catalogue/index.js';
import type { Part } from '../catalogue/template.js';
import { isWanted } from '../lifecycle/wanted.js';

/** One step of a wording's beginning in bytes: literal text, or a hole that is always equally long. */
type Step = { readonly literal: Buffer } | { readonly width: number; readonly isUuid: boolean };

const DASH = 45;

interface Bucket {
  readonly logger: string;
  /** by the message's first byte: the beginnings it may have */
  readonly byFirst: readonly (readonly (readonly Step[])[] | undefined)[];
  /** some wording begins with a hole of any length: nothing can be rejected */
  readonly any: boolean;
}

/**
 * Rejects most lines by their bytes, before anything is decoded: by the logger first, then by what the known wordings of
 * that logger begin with. Made from the catalogue, so there is no second list to keep; what passes is still to be read.
 */
export class Sieve {
  readonly #byLogger = new Map<number, { readonly name: Buffer; readonly bucket: Bucket }[]>();
  readonly #anyLogger: Bucket | undefined;
  readonly #kinds = new Set<EventKind>();
  #bucket: Bucket | undefined;

  constructor(service: string) {
    const beginnings = new Map<string, (readonly Step[])[]>();
    for (const { kind, spec, parts } of messagesOf(service)) {
      if (!isWanted(kind, spec.level) && kind !== 'uwsgi.requested') continue;
      this.#kinds.add(kind);
      for (const logger of typeof spec.logger === 'string' ? [spec.logger] : spec.logger) {
        const steps = beginnings.get(logger) ?? [];
        steps.push(stepsOf(parts));
        beginnings.set(logger, steps);
      }
    }
    for (const [logger, steps] of beginnings) {
      if (logger === '*') continue;
      const name = Buffer.from(logger);
      const hash = hashOf(name, 0, name.length);
      const same = this.#byLogger.get(hash) ?? [];
      same.push({ name, bucket: bucketOf(logger, steps) });
      this.#byLogger.set(hash, same);
    }
    const any = beginnings.get('*');
    this.#anyLogger = any === undefined ? undefined : bucketOf('*', any);
  }

  /** Whether a kind is worth keeping: a line may pass the sieve because it begins like one that is. */
  wantsKind(kind: EventKind): boolean {
    return this.#kinds.has(kind);
  }

  /** Whether the catalogue knows the logger of the line last asked about. */
  get knewLogger(): boolean {
    return this.#bucket !== undefined;
  }

  /** Its name, where it is known: all lines share one string, which is quicker to look up by than one made for each. */
  get logger(): string | undefined {
    return this.#bucket?.logger;
  }

  /** Whether the line may be one that the catalogue reads. */
  wants(bytes: Buffer, loggerStart: number, loggerEnd: number, message: number, end: number): boolean {
    const bucket = this.#bucketFor(bytes, loggerStart, loggerEnd);
    this.#bucket = bucket;
    return (
      (bucket !== undefined && passes(bucket, bytes, message, end)) ||
      (this.#anyLogger !== undefined && passes(this.#anyLogger, bytes, message, end))
    );
  }

  #bucketFor(bytes: Buffer, start: number, end: number): Bucket | undefined {
    const same = this.#byLogger.get(hashOf(bytes, start, end));
    if (same === undefined) return undefined;
    for (const { name, bucket } of same) if (isAt(bytes, start, end, name) && name.length === end - start) return bucket;
    return undefined;
  }
}

function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return hash;
}

function isAt(bytes: Buffer, at: number, end: number, literal: Buffer): boolean {
  if (end - at < literal.length) return false;
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return false;
  return true;
}

function passes({ any, byFirst }: Bucket, bytes: Buffer, message: number, end: number): boolean {
  if (any) return true;
  const beginnings = byFirst[bytes[message] ?? 0];
  if (beginnings === undefined) return false;
  for (const steps of beginnings) if (begins(bytes, message, end, steps)) return true;
  return false;
}

function begins(bytes: Buffer, message: number, end: number, steps: readonly Step[]): boolean {
  let at = message;
  for (const step of steps) {
    if ('literal' in step) {
      if (!isAt(bytes, at, end, step.literal)) return false;
      at += step.literal.length;
    } else {
      if (step.isUuid && (bytes[at + 8] !== DASH || bytes[at + 13] !== DASH || bytes[at + 18] !== DASH || bytes[at + 23] !== DASH))
        return false;
      at += step.width;
      if (at > end) return false;
    }
  }
  return true;
}

/** A wording's beginning up to its first hole of varying length. */
function stepsOf(parts: readonly Part[]): readonly Step[] {
  const steps: Step[] = [];
  for (const part of parts) {
    if (typeof part === 'string') {
      steps.push({ literal: Buffer.from(part) });
      continue;
    }
    const { width } = holeSpec(part.type);
    if (width === undefined) break;
    steps.push({ width, isUuid: part.type === 'uuid' });
  }
  return steps;
}

function bucketOf(logger: string, beginnings: readonly (readonly Step[])[]): Bucket {
  const byFirst: (readonly Step[])[][] = [];
  let any = false;
  const every = (steps: readonly Step[]): void => {
    for (let byte = 0; byte < 256; byte++) (byFirst[byte] ??= []).push(steps);
  };
  for (const steps of beginnings) {
    const first = steps[0];
    if (first === undefined) any = true;
    else if ('literal' in first) (byFirst[first.literal[0]!] ??= []).push(steps);
    else every(steps);
  }
  return { logger, byFirst, any };
}
