import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Transform } from 'node:stream';
import split from 'split2';

/** Bytes of journalctl's stderr that are kept. */
const MOST_SAID = 2000;

/** How journalctl ended. */
export interface Ended {
  readonly isClean: boolean;
  readonly isCursorGone: boolean;
  readonly what: string;
  readonly remedy: string;
}

/** One run of journalctl. While its lines are not read, the pipe fills and journalctl waits. */
export class JournalProcess {
  readonly lines: Transform;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<void>;
  #stderr = '';
  #result: { readonly code: number | null; readonly signal: string | null; readonly error?: NodeJS.ErrnoException } | undefined;
  #isRead = false;
  #onMove: () => void = () => undefined;

  constructor(args: readonly string[], command = process.env['NOVASPAN_JOURNALCTL'] ?? 'journalctl') {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
    const lines = split();
    this.lines = this.#child.stdout.pipe(lines);
    lines.on('readable', () => this.#onMove());
    lines.on('end', () => {
      this.#isRead = true;
      this.#onMove();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr = (this.#stderr + text).slice(-MOST_SAID)));
    this.#closed = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#result = { code: null, signal: null, error };
        this.#isRead = true;
        this.#onMove();
        resolve();
      });
      this.#child.on('close', (code, signal) => {
        this.#result ??= { code, signal };
        this.#onMove();
        resolve();
      });
    });
  }

  /** The next line that has arrived; undefined if there is none. */
  read(): string | undefined {
    const line: unknown = this.lines.read();
    return typeof line === 'string' ? line : undefined;
  }

  /** Whether there are unread lines. */
  get hasLines(): boolean {
    return this.lines.readableLength + this.lines.writableLength + this.#child.stdout.readableLength > 0;
  }

  /** How it ended; undefined while it runs or has unread lines. */
  get ended(): Ended | undefined {
    if (this.#result === undefined || !this.#isRead) return undefined;
    const { code, signal, error } = this.#result;
    const stderr = this.#stderr.trim().replaceAll('\n', '; ');
    const isClean = code === 0 && !/No journal files were/.test(stderr);
    const isCursorGone = !isClean && /cursor/i.test(stderr);
    return { isClean, isCursorGone, ...reasonFor(error, stderr, code === null ? `signal ${signal}` : `exit code ${code}`) };
  }

  /** Resolves when there is more to read, or journalctl has ended. */
  moved(): Promise<void> {
    return new Promise((resolve) => {
      this.#onMove = resolve;
    });
  }

  async stop(): Promise<void> {
    this.#child.kill();
    this.#child.stdout.destroy();
    await this.#closed;
  }
}

function reasonFor(error: NodeJS.ErrnoException | undefined, stderr: string, how: string): Pick<Ended, 'what' | 'remedy'> {
  if (error?.code === 'ENOENT')
    return {
      what: 'journalctl is not installed here',
      remedy: 'install systemd, or name a file that `journalctl --all --output=json` wrote elsewhere',
    };
  if (error !== undefined) return { what: `journalctl cannot be started: ${error.message}`, remedy: 'see what $NOVASPAN_JOURNALCTL names' };
  if (/permission|not permitted/i.test(stderr))
    return {
      what: `this user may not read it (${stderr})`,
      remedy: 'add the user to the group systemd-journal; under systemd: SupplementaryGroups=systemd-journal',
    };
  if (/No journal files were|No such file/.test(stderr))
    return {
      what: `journalctl found no journal (${stderr})`,
      remedy: 'mount /var/log/journal or /run/log/journal, or name its folder, such as journal:/var/log/journal',
    };
  return {
    what: `journalctl ended (${how})${stderr === '' ? '' : `: ${stderr}`}`,
    remedy: 'run journalctl by hand with the same units; `journalctl --verify` finds broken files',
  };
}
