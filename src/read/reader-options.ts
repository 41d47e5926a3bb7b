import type { Catalogue } from '../catalogue/index.js';
import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import type { Format } from './envelope.js';

/**
 * What the time of a line depends on: the zone of its service (`own`), the zone of its wrapper (`outer`), or no zone,
 * as it is in UTC.
 */
export type Zoning = 'own' | 'outer' | 'none';

export interface ReaderOptions {
  readonly service: string;
  readonly host: string;
  /** the log's base path */
  readonly path: string;
  /** number of the file that the current line is in, if there are several */
  readonly file?: (() => number) | undefined;
  /** zone of its local times; vlog is always UTC */
  readonly zone: Zone;
  /** a time shortly before the first line, if known: as in SourceOptions */
  readonly after?: Millis | undefined;
  readonly format?: Format;
  /** Output of grep, not the whole log. */
  readonly isExcerpt?: boolean;
  /** the catalogue with the user's messages; default: novaspan's own */
  readonly catalogue?: Catalogue | undefined;
  readonly count: Count;
  readonly onEvent: (event: Event, zoning: Zoning) => void;
  /** Called with lines without an envelope that are not indented: the log may continue in another form. */
  readonly onBare?: LineSink;
}
