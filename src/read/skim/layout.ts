// Where what is in the memory that wasm/skim.ts shares with JavaScript: places in bytes, each of a number of four bytes unless said
// otherwise. Both read this file.

/** The log's last time and its newest time, in ms from the start of the current quarter of an hour. */
export const LAST = 0;
export const NEWEST = 4;
/** Number of skipped lines, and of unrecognised ones among them. */
export const LINES = 8;
export const UNRECOGNISED = 12;
/** Start of the time stamps of the current hour: 14 of 16 bytes. */
export const HOUR = 16;
/** Reason for the stop. */
export const WHY = 32;

/** Parts of the line at the stop, as in OsloParts. */
export const AT = 36;
export const PID = 40;
export const LEVEL_START = 44;
export const LEVEL_END = 48;
export const LOGGER_START = 52;
export const LOGGER_END = 56;
export const CONTEXT_START = 60;
export const CONTEXT_END = 64;
export const INSTANCE = 68;
export const MESSAGE = 72;
export const END = 76;
/** start of the next line */
export const NEXT = 80;
/** ids of its logger and its candidates */
export const LOGGER = 84;
export const FOUND = 88;

/** Stopped at a line of unusual form: the caller reads it. */
export const UNUSUAL = 0;
/** Stopped at a line whose logger is not in the tables yet. */
export const NEW_LOGGER = 1;
/** Stopped at a line that may be needed: its parts are set. */
export const WANTED = 2;

/** Number of records among the skipped lines; the others continue one. */
export const RECORDS = 92;
/** Not 0: the next lines may belong to a record whose lines are kept. */
export const IS_OPEN = 96;
/** Not 0: stops at every record, needed or not. */
export const IS_EVERY = 100;

/** Place of a piece of a log. */
export const PIECE = 256;
/** Readable bytes after a piece and at the end of the memory: lines are read in steps of 16 bytes. */
export const PADDING = 256;
/** Size of the hash table of a service's loggers. */
export const SLOTS = 256;
