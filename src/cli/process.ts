import { systemClock } from '../model/clock.js';
import { exitCodes, outputUnwritable } from '../model/errors.js';
import { commands } from './commands.js';
import { dispatch, errorText, isGone } from './dispatch.js';
import { engine } from './engine.js';
import { tuneV8 } from './v8.js';

/**
 * Runs the command line of this process. No other file uses `process` directly. Commands return an exit code; Node.js
 * exits with it after all output is written, even to a slow pipe.
 */
export async function main(): Promise<void> {
  tuneV8(process.argv[2]);

  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // A second signal means: do not wait.
      if (stop.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      stop.abort(name);
    });
  }

  // `novaspan replay … | head`: the reader has gone, which is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (isGone(error)) process.exit(0);
      // A full disk behind `> FILE`. A fault of stderr cannot be reported.
      if (stream === process.stdout) process.stderr.write(errorText(outputUnwritable('stdout', error)));
      process.exit(exitCodes.ioError);
    });
  }

  try {
    process.exitCode = await dispatch(process.argv.slice(2), commands, {
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
      env: process.env,
      clock: systemClock,
      signal: stop.signal,
      isTTY: { stdin: process.stdin.isTTY === true, stdout: process.stdout.isTTY === true, stderr: process.stderr.isTTY === true },
      columns: process.stdout.columns,
      engine,
    });
  } catch (error) {
    if (!isGone(error)) throw error;
    process.exitCode = 0;
  }
}
