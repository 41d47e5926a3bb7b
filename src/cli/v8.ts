import { setFlagsFromString } from 'node:v8';

/** Sets V8 flags for a command, before its code is loaded: most flags have less effect later. */
export function tuneV8(command: string | undefined): void {
  // V8 waits four times as long before it compiles a function anew: on a node with one core to spare, compiling took a quarter
  // of the time that reading 200 MB takes (bench/results.md). Later releases have no such flag, and would print an error.
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=600000');
  // The young generation stays at its first size, 1 MB: it would grow to 48 MB beside the guests of a compute node, for a sidecar that
  // makes few objects at a time.
  if (command === 'tail') setFlagsFromString('--semi-space-growth-factor=1');
  // The old one is collected when it has grown by a fifth, and not by half: with 1,000 actions under way that is 20 MB less.
  if (command === 'tail') setFlagsFromString('--heap-growing-percent=20');
}
