import { packageText } from '../model/package-files.js';

/** The package's own version, read once. */
export const version: string = JSON.parse(packageText('package.json')).version;
