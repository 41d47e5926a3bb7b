import { expect, it } from 'vitest';
import { defaultStateDir } from '../../src/config/state-dir.js';

it.each([
  [{ STATE_DIRECTORY: '/var/lib/private/novaspan:/var/lib/other', HOME: '/home/ops' }, 0, '/var/lib/private/novaspan'],
  [{ HOME: '/root' }, 0, '/var/lib/novaspan'],
  [{ HOME: '/home/ops', XDG_STATE_HOME: '/srv/state' }, 1000, '/srv/state/novaspan'],
  [{ HOME: '/home/ops' }, 1000, '/home/ops/.local/state/novaspan'],
  [{ HOME: '/home/ops', STATE_DIRECTORY: '' }, 1000, '/home/ops/.local/state/novaspan'],
])('%j as user %i keeps state in %s', (env, uid, folder) => {
  expect(defaultStateDir(env, uid)).toBe(folder);
});
