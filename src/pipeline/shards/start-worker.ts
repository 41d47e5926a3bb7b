import { Worker } from 'node:worker_threads';

/** The second thread. The single executable brings another module in place of this one. */
// What it opened is for this thread, too.
export const startWorker = (workerData: unknown): Worker =>
  new Worker(new URL('./shard.js', import.meta.url), { workerData, trackUnmanagedFds: false });
