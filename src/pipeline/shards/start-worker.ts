import { Worker } from 'node:worker_threads';

/** Starts the second thread. The single executable replaces this module. */
// What it opened is for this thread, too.
export const startWorker = (workerData: unknown): Worker =>
  new Worker(new URL('./shard.js', import.meta.url), { workerData, trackUnmanagedFds: false });
