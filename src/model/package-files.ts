import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Files that come with novaspan. All access to them is here, as the single executable (packaging/executable.mjs) has them inside and brings
 * another module in place of this one. `../../` is right from `src/model`, from `dist/cli` and from `dist/parts`.
 */
const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

/** @param path from the package's root, with `/` */
export const packageText = (path: string): string => readFileSync(at(path), 'utf8');

/** A folder to read files from; in the executable a temporary copy, removed at the exit. */
export const packageFolder = (path: string): string => fileURLToPath(at(path));
