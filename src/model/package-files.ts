import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Access to the files that are shipped with novaspan. The single executable (packaging/executable.mjs) contains them
 * and replaces this module. `../../` is correct from `src/model`, from `dist/cli` and from `dist/parts`.
 */
const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

/** The text of a file. @param path from the root of the package, with `/` */
export const packageText = (path: string): string => readFileSync(at(path), 'utf8');

/** The path of a folder. In the executable it is a temporary copy, removed at the exit. */
export const packageFolder = (path: string): string => fileURLToPath(at(path));
