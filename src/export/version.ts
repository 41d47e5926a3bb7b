import { readFileSync } from 'node:fs';

/** The package's own version, read once. `../../package.json` is right from `src/export` and from `dist/export`. */
export const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
