// Where what is in the memory that wasm/skim.ts shares with JavaScript: places in bytes, each of a number of four bytes unless said
// otherwise. Both read this file.

/** The log's last time and its newest one, in ms from the beginning of the quarter of an hour at hand. */
export const LAST = 0;
export const NEWEST = 4;
/** How many lines were skipped, and how many of them are unrecognised. */
export const LINES = 8;
export const UNRECOGNISED = 12;
/** What the stamps of the hour at hand begin with: 14 of 16 bytes. */
export const HOUR = 16;
/** Why it stopped. */
export const WHY = 32;

/** The parts of the line at which it stopped, as OsloParts has them. */
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
/** where the next line begins */
export const NEXT = 80;
/** what its logger and its candidates were registered as */
export const LOGGER = 84;
export const FOUND = 88;

/** At a line that is not as nearly all are: the caller reads it. */
export const UNUSUAL = 0;
/** At a line whose logger is not in the tables yet. */
export const NEW_LOGGER = 1;
/** At a line that may be wanted: its parts are known. */
export const WANTED = 2;

/** Of the lines skipped, how many are records: the others stand under one. */
export const RECORDS = 92;
/** Not 0: the lines that follow may belong to a record whose lines are kept. */
export const IS_OPEN = 96;
/** Not 0: every record is stopped at, wanted or not. */
export const IS_EVERY = 100;

/** Where a piece of a log stands. */
export const PIECE = 256;
/** Bytes after a piece, and at the end of the memory, that may be read without harm: the lines are read in steps of 16 bytes. */
export const PADDING = 256;
/** Loggers of a service are found by a hash of their names. */
export const SLOTS = 256;
