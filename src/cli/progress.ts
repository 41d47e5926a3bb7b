import type { Io } from './command.js';

export interface Progress {
  update(readBytes: number, totalBytes: number): void;
  /** Removes the bar. Call it before anything else is printed. */
  stop(): void;
}

interface Shown {
  readonly read: string;
  readonly size: string;
  readonly rate: string;
}

const CELLS = 24;

const silent: Progress = { update: () => {}, stop: () => {} };

/** A progress bar on stderr with share, rate and time left. A pipe gets none, and the library is not loaded. */
export async function createProgress({ stderr, isTTY, clock }: Pick<Io, 'stderr' | 'isTTY' | 'clock'>, wanted: boolean): Promise<Progress> {
  if (!isTTY.stderr || !wanted) return silent;
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: stderr as NodeJS.WriteStream,
    format: (_, { progress, total, eta }, shown: Shown) =>
      total > 0
        ? `reading [${'='.repeat(Math.round(progress * CELLS)).padEnd(CELLS)}] ${Math.floor(progress * 100)} %  ${shown.read} of ${shown.size} MB  ${shown.rate} MB/s  ${left(eta)}`
        : `reading  ${shown.read} MB  ${shown.rate} MB/s`,
    fps: 5,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    // SIGINT is the command's to handle; the bar is stopped in its `finally`.
    gracefulExit: false,
  });
  const began = clock.now();
  let started = false;
  return {
    update(readBytes, totalBytes) {
      const seconds = Math.max(clock.now() - began, 1) / 1000;
      // A stream's size is not known: no share and no time left then.
      const total = Number.isFinite(totalBytes) ? Math.max(totalBytes, readBytes) : 0;
      const shown: Shown = { read: megabytes(readBytes), size: megabytes(total), rate: (readBytes / 1e6 / seconds).toFixed(1) };
      if (!started) {
        bar.start(total, readBytes, shown);
        started = true;
      } else {
        // A log may grow while it is read.
        if (bar.getTotal() !== total) bar.setTotal(total);
        bar.update(readBytes, shown);
      }
    },
    stop() {
      if (started) bar.stop();
      started = false;
    },
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** The `eta` of cli-progress as text: seconds, or its placeholder while the time is unknown. */
const left = (eta: number | string): string => {
  const seconds = Number(eta);
  if (!Number.isFinite(seconds)) return '';
  return seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
};
