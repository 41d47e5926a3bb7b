import type { Catalogue } from '../catalogue/index.js';
import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import type { Format } from './envelope.js';

/** What a line's time rests on: the zone of its service, the zone of what wraps it, or none, where it is known in UTC. */
export type Zoning = 'own' | 'outer' | 'none';

export interface ReaderOptions {
  readonly service: string;
  readonly host: string;
  /** the log's base path */
  readonly path: string;
  /** which of the log's files the line at hand is of, where there may be several */
  readonly file?: (() => number) | undefined;
  /** what its local times are in; vlog is always UTC */
  readonly zone: Zone;
  /** a time shortly before the first line, where it is known: as in SourceOptions */
  readonly after?: Millis | undefined;
  readonly format?: Format;
  /** Not the whole log: what grep found of it. */
  readonly isExcerpt?: boolean;
  /** with what users added to it; else novaspan's own */
  readonly catalogue?: Catalogue | undefined;
  readonly count: Count;
  readonly onEvent: (event: Event, zoning: Zoning) => void;
  /** Called with lines without an envelope that are not indented: they show that a log continues in another form. */
  readonly onBare?: LineSink;
}
