#!/usr/bin/env node
import { version } from '../export/version.js';

// The version is printed before anything else is loaded: scripts ask for it often.
const [name, ...rest] = process.argv.slice(2);
if (rest.length === 0 && (name === '--version' || name === '-V')) process.stdout.write(`novaspan ${version}\n`);
else await import('./process.js');
