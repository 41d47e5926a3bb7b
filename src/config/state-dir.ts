import { homedir } from 'node:os';
import { join } from 'node:path';

/** Default state folder, by the rules of systemd, the FHS and XDG, in this order. */
export function defaultStateDir(env: Readonly<Record<string, string | undefined>>, uid = process.getuid?.()): string {
  // systemd names every folder of StateDirectory=, with `:` between them.
  const given = env['STATE_DIRECTORY']?.split(':')[0];
  if (given) return given;
  if (uid === 0) return '/var/lib/novaspan';
  return join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'novaspan');
}
