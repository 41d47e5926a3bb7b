import { statSync } from 'node:fs';
import type { Zone } from '../../format/zone.js';
import type { Millis } from '../../model/line.js';
import type { LogSet } from '../../tail/discover.js';
import { createLineSplitter } from '../../tail/lines.js';
import { openLog } from '../../tail/read-file.js';
import { Survey } from './survey.js';

export interface ReadOptions {
  readonly service: string | undefined;
  readonly zone: Zone;
  /** at the most so many bytes are read, of the log's end */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number) => void;
}

export interface Read {
  readonly survey: Survey;
  readonly sizeBytes: number;
  readonly readBytes: number;
  readonly fault: string | undefined;
  readonly modified: Millis;
}

/** How much more a gzipped log holds than its file. */
const PACKED = 10;

/**
 * Reads the end of a log, over as many of its parts as the limit allows, and the time of its very first line.
 *
 * @throws OperatorError LOG_UNREADABLE
 */
export async function readLog({ parts }: LogSet, { service, zone, limit, signal, onBytes }: ReadOptions): Promise<Read> {
  const survey = new Survey(service, zone);
  const { chosen, sizeBytes, modified } = choose(parts, limit);
  let readBytes = 0;
  let fault: string | undefined;
  for (const { part, from } of chosen) {
    // The line that the cut goes through is not looked at.
    let isCut = from > 0;
    const splitter = createLineSplitter({
      sink: (bytes, start, end) => {
        if (isCut) isCut = false;
        else survey.line(bytes, start, end);
      },
      count: () => undefined,
    });
    const input = await openLog(part, from);
    try {
      for (let piece = await input.read(); piece !== undefined && signal?.aborted !== true; piece = await input.read()) {
        splitter.push(piece.bytes, piece.offset);
        readBytes += piece.bytes.length;
        onBytes?.(piece.bytes.length);
      }
      splitter.end();
      fault ??= input.fault;
    } finally {
      await input.close();
    }
  }
  const isWhole = chosen.length === parts.length && chosen.every(({ from }) => from === 0);
  if (!isWhole) {
    // The rest of a traceback that the cut left.
    if (survey.records > 0) survey.garbage = 0;
    const first = await firstTime(parts[0]!, zone);
    if (first !== undefined && (survey.first === undefined || first < survey.first)) survey.first = first;
  }
  return { survey, sizeBytes, readBytes, fault, modified };
}

interface Chosen {
  readonly part: string;
  readonly from: number;
}

/** The newest parts, and of the oldest of them its end. */
function choose(parts: readonly string[], limit: number): { chosen: Chosen[]; sizeBytes: number; modified: Millis } {
  const chosen: Chosen[] = [];
  let left = limit;
  let sizeBytes = 0;
  let modified = 0;
  for (const part of [...parts].reverse()) {
    const { size, mtimeMs } = statSync(part);
    sizeBytes += size;
    modified = Math.max(modified, mtimeMs);
    if (left <= 0) continue;
    const isPacked = part.endsWith('.gz');
    chosen.unshift({ part, from: isPacked ? 0 : Math.max(0, size - left) });
    left -= isPacked ? size * PACKED : size;
  }
  return { chosen, sizeBytes, modified };
}

async function firstTime(part: string, zone: Zone): Promise<Millis | undefined> {
  const survey = new Survey(undefined, zone);
  const splitter = createLineSplitter({ sink: survey.line, count: () => undefined });
  const input = await openLog(part);
  try {
    const piece = await input.read();
    if (piece !== undefined) splitter.push(piece.bytes.subarray(0, 64 * 1024), 0);
  } finally {
    await input.close();
  }
  return survey.first;
}
