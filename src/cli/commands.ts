import { catalogue } from './catalogue.js';
import { check } from './check.js';
import type { Command } from './command.js';
import { demo } from './demo.js';
import { explain } from './explain.js';
import { replay } from './replay.js';
import { resend } from './resend.js';
import { tail } from './tail.js';
import { traceId } from './trace-id.js';

/** In the order of the help. */
export const commands: readonly Command[] = [demo, replay, tail, resend, explain, check, traceId, catalogue];
