import { getAsset } from 'node:sea';
import { Worker } from 'node:worker_threads';

// In place of src/pipeline/shards/start-worker.ts: the code of the thread is an asset of the executable.

export const startWorker = (workerData: unknown): Worker =>
  new Worker(getAsset('shard.cjs', 'utf8'), { eval: true, workerData, trackUnmanagedFds: false });
