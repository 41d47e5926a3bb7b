import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's and others' names of it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is; undefined where there is none, which is said once. */
export const found = process.env['NOVASPAN_CHROMIUM'] ?? PLACES.find((place) => existsSync(place));
if (found === undefined)
  console.warn(`skipped: there is no Chromium here (${PLACES.join(', ')}); apt-get install chromium, or name it in NOVASPAN_CHROMIUM`);

/** Without the sandbox where root runs it, as in containers: all that is opened is ours. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    ...(found !== undefined && { executablePath: found }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
