import picocolors from 'picocolors';
import { ascii, type Look, unicode } from '../export/terminal/look.js';
import type { Io } from './command.js';

type Surroundings = Pick<Io, 'env' | 'isTTY' | 'columns'>;

/** Default width for pipes and files: wide enough for a bar, narrow enough for an editor. */
const PIPE_COLUMNS = 120;
const LEAST_COLUMNS = 60;

/**
 * Colours, width and characters of the views. `--no-color` and NO_COLOR win over FORCE_COLOR, which wins over the
 * terminal.
 */
export function lookOf({ env, isTTY, columns }: Surroundings, { color, toFile = false }: { color: boolean; toFile?: boolean }): Look {
  // A terminal without a size says 0.
  const own = toFile || columns === 0 ? undefined : columns;
  const width = own ?? widthGiven(env) ?? PIPE_COLUMNS;
  return {
    width: Math.max(LEAST_COLUMNS, width),
    palette: picocolors.createColors(color && isColoured(env, isTTY.stdout && !toFile)),
    glyphs: isUtf8(env) ? unicode : ascii,
  };
}

/** The width in COLUMNS, if valid. */
export function widthGiven(env: Surroundings['env']): number | undefined {
  const given = Number(env['COLUMNS']);
  return Number.isInteger(given) && given > 0 ? given : undefined;
}

function isColoured(env: Surroundings['env'], isTerminal: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}

/** UTF-8 or not, by the C library's rule: the first variable that is set decides. */
function isUtf8(env: Surroundings['env']): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return locale !== undefined && /utf-?8/i.test(locale);
}
