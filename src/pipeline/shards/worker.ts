import { parentPort, workerData } from 'node:worker_threads';
import type { Job, Report } from './jobs.js';
import { readLater } from './later.js';

/** The second thread of a replay. */
void readLater(workerData as Job, (report: Report) => parentPort?.postMessage(report));
