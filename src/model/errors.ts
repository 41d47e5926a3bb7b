/** Stable codes: operators grep for them and docs/errors.md has one heading for each. */
export type ErrorCode =
  | 'USAGE'
  | 'CONFIG_INVALID'
  | 'LOG_UNREADABLE'
  | 'LOG_UNKNOWN'
  | 'NOTHING_READ'
  | 'EXPORT_REFUSED'
  | 'CATALOGUE_INVALID'
  | 'RULES_INVALID'
  | 'OUTPUT_UNWRITABLE'
  | 'STATE_UNUSABLE'
  | 'STATE_LOCKED'
  | 'CHECKPOINT_DAMAGED'
  | 'CHECKPOINT_NEWER'
  | 'TELEMETRY_UNAVAILABLE'
  | 'RECEIVE_UNAVAILABLE'
  | 'VIEW_UNAVAILABLE';

/** sysexits.h: a shell script reads these from the exit status. */
export const exitCodes = {
  ok: 0,
  usage: 64,
  dataError: 65,
  noInput: 66,
  unavailable: 69,
  software: 70,
  cannotCreate: 73,
  ioError: 74,
  temporary: 75,
  config: 78,
} as const;

const exitOf: Record<ErrorCode, number> = {
  USAGE: exitCodes.usage,
  CONFIG_INVALID: exitCodes.config,
  LOG_UNREADABLE: exitCodes.noInput,
  LOG_UNKNOWN: exitCodes.dataError,
  NOTHING_READ: exitCodes.dataError,
  EXPORT_REFUSED: exitCodes.unavailable,
  CATALOGUE_INVALID: exitCodes.software,
  RULES_INVALID: exitCodes.config,
  OUTPUT_UNWRITABLE: exitCodes.ioError,
  STATE_UNUSABLE: exitCodes.cannotCreate,
  STATE_LOCKED: exitCodes.temporary,
  CHECKPOINT_DAMAGED: exitCodes.dataError,
  CHECKPOINT_NEWER: exitCodes.dataError,
  TELEMETRY_UNAVAILABLE: exitCodes.config,
  RECEIVE_UNAVAILABLE: exitCodes.config,
  VIEW_UNAVAILABLE: exitCodes.unavailable,
};

/**
 * A failure that stops what an operator asked for: what happened, why, and what to do. A log line that cannot be read
 * is no error: it is counted and skipped.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, what: string, { remedy, cause }: { remedy: string; cause?: unknown }) {
    super(what, { cause });
    this.code = code;
    this.remedy = remedy;
  }

  get exitCode(): number {
    return exitOf[this.code];
  }
}

export const usage = (what: string, remedy = 'run `novaspan --help`') => new OperatorError('USAGE', what, { remedy });

export const configInvalid = (file: string, faults: string, cause?: unknown) =>
  new OperatorError('CONFIG_INVALID', `${file} is not a valid configuration\n${faults}`, {
    remedy: 'correct the fields above; docs/configuration.md lists every field with its default',
    cause,
  });

export const rulesInvalid = (files: readonly { readonly file: string; readonly faults: readonly string[] }[]) =>
  new OperatorError(
    'RULES_INVALID',
    files.map(({ file, faults }) => `${file} has rules that cannot be used\n${faults.map((fault) => `✖ ${fault}`).join('\n')}`).join('\n'),
    { remedy: 'correct the rules above; docs/rules.md shows every field, and `novaspan catalogue` lists the kinds that exist' },
  );

export const logUnreadable = (path: string, cause: unknown) =>
  new OperatorError('LOG_UNREADABLE', `cannot read ${path}: ${reasonOf(cause)}`, {
    remedy: 'check that the path is right and that this user may read it (reading logs often needs the group adm, nova or neutron)',
    cause,
  });

/** @param what why journalctl cannot be used */
export const journalUnreadable = (path: string, what: string, remedy: string) =>
  new OperatorError('LOG_UNREADABLE', `cannot read the journal (${path}): ${what}`, { remedy });

/** @param seen what the log looks like, in words */
export const logUnknown = (path: string, seen?: string) =>
  new OperatorError('LOG_UNKNOWN', `the service that wrote ${path} is not known${seen === undefined ? '' : `: ${seen}`}`, {
    remedy:
      seen === undefined
        ? 'name it with --service, such as --service nova-compute, or call the file SERVICE@HOST.log'
        : 'give the log of a service that novaspan reads, as the service wrote it or in a form of docs/log-forms.md; if this is one, name it with --service',
  });

/**
 * @param others programs whose lines were read and skipped
 * @param seen what the logs look like, each a sentence
 */
export const nothingRead = (paths: string, lines: number, others: string, seen: readonly string[] = [], isJournal = false) =>
  new OperatorError(
    'NOTHING_READ',
    lines === 0
      ? `nothing to read in ${paths}: ${isJournal ? 'journalctl shows no such entry' : 'no file there has a line'}`
      : `none of the ${lines} lines in ${paths} could be read as a log of a service that novaspan knows${others === '' ? '' : ` (read: ${others})`}${seen.length === 0 ? '' : `: ${seen.join('; ')}`}`,
    {
      remedy:
        lines === 0
          ? isJournal
            ? 'name a unit that has logged (`journalctl --field=_SYSTEMD_UNIT` lists them); for a journal elsewhere give its folder, journal:/PATH'
            : 'give logs that have lines, such as the rotated files'
          : 'run `novaspan check` on the same paths; name the service with --service if its name is missing, and the form with --log-form',
    },
  );

export const outputUnwritable = (what: string, cause: unknown) =>
  new OperatorError('OUTPUT_UNWRITABLE', `cannot write ${what}: ${reasonOf(cause)}`, {
    remedy: 'check that the disk has room and that this user may write there',
    cause,
  });

export const stateUnusable = (folder: string, cause: unknown) =>
  new OperatorError('STATE_UNUSABLE', `cannot keep state in ${folder}: ${reasonOf(cause)}`, {
    remedy:
      'give this user a folder that stays across restarts (stateDir, --state-dir or NOVASPAN_STATE_DIR; under systemd StateDirectory=novaspan), or set it to `none`: then every start is a first start',
    cause,
  });

export const stateLocked = (folder: string, pid: number) =>
  new OperatorError('STATE_LOCKED', `the state in ${folder} is in use by process ${pid}`, {
    remedy: 'stop that process, or give this one a folder of its own with --state-dir',
  });

const BEGIN_ANEW =
  'novaspan then begins as at a first start: it looks back by lookBack, or reads all logs with --backfill. A trace that is sent twice has the same ids and bytes';

export const checkpointDamaged = (file: string, why: string) =>
  new OperatorError('CHECKPOINT_DAMAGED', `${file} is damaged: ${why}`, {
    remedy: `check the disk for faults, then move the file away: ${BEGIN_ANEW}`,
  });

export const checkpointNewer = (file: string, version: number, known: number) =>
  new OperatorError(
    'CHECKPOINT_NEWER',
    `a newer novaspan wrote ${file}: it has version ${version}, and this novaspan reads up to version ${known}`,
    {
      remedy: `run the newer novaspan again, or move the file away: ${BEGIN_ANEW}`,
    },
  );

export const viewUnavailable = (listen: string, remedy: string, cause?: unknown) =>
  new OperatorError('VIEW_UNAVAILABLE', `cannot serve the page on ${listen}${cause === undefined ? '' : `: ${reasonOf(cause)}`}`, {
    remedy,
    cause,
  });

export const telemetryUnavailable = (listen: string, remedy: string, cause?: unknown) =>
  new OperatorError('TELEMETRY_UNAVAILABLE', `cannot serve metrics on ${listen}${cause === undefined ? '' : `: ${reasonOf(cause)}`}`, {
    remedy,
    cause,
  });

export const receiveUnavailable = (listen: string, cause?: unknown) =>
  new OperatorError('RECEIVE_UNAVAILABLE', `cannot receive logs on ${listen}${cause === undefined ? '' : `: ${reasonOf(cause)}`}`, {
    remedy:
      'set receive.listen to an address of this machine and a port above 1024 that nothing else listens on, such as 127.0.0.1:4319 (4318 is often a Collector), or to off',
    cause,
  });

/** The reason of any error, in one line. */
export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
