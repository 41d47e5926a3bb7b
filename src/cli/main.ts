#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { version } from '../export/version.js';

// Scripts ask for the version and for ids often, so both are printed before anything else is loaded.
void start(process.argv.slice(2));

async function start([name, ...rest]: readonly string[]): Promise<void> {
  const isVersion = rest.length === 0 && (name === '--version' || name === '-V');
  if (isVersion && printed(`novaspan ${version}\n`)) return;
  const [instance, request, ...others] = rest;
  const isIds = name === 'trace-id' && instance !== undefined && request !== undefined && others.length === 0;
  if (isIds && printed(await textOfIds(instance, request))) return;
  const { main } = await import('./process.js');
  await main();
}

/** Undefined for invalid ids and for options: the command then prints the error. */
async function textOfIds(instance: string, request: string): Promise<string | undefined> {
  const { idsText } = await import('./ids.js');
  try {
    return idsText(instance, request);
  } catch {
    return undefined;
  }
}

/** Whether stdout accepted the whole text at once. If not, the command prints it again and reports the error. */
function printed(text: string | undefined): boolean {
  try {
    return text !== undefined && writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}
