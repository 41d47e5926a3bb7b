import type { Command } from './command.js';
import { traceId } from './trace-id.js';

/** A command, loaded when it is run or documented: `novaspan --version` loads none. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<Command>;
}

/** In the order of the help. */
export const commands: readonly CommandEntry[] = [
  { name: 'demo', load: async () => (await import('./demo.js')).demo },
  { name: 'replay', load: async () => (await import('./replay.js')).replay },
  { name: 'compare', load: async () => (await import('./compare.js')).compare },
  { name: 'report', load: async () => (await import('./report.js')).report },
  { name: 'view', load: async () => (await import('./serve-view.js')).view },
  { name: 'tail', load: async () => (await import('./tail.js')).tail },
  { name: 'resend', load: async () => (await import('./resend.js')).resend },
  { name: 'explain', load: async () => (await import('./explain.js')).explain },
  { name: 'check', load: async () => (await import('./check.js')).check },
  { name: 'excerpt', load: async () => (await import('./excerpt.js')).excerpt },
  { name: 'trace-id', load: async () => traceId },
  { name: 'catalogue', load: async () => (await import('./catalogue.js')).catalogue },
];

export const loadAll = (entries: readonly CommandEntry[]): Promise<Command[]> => Promise.all(entries.map((entry) => entry.load()));
