#!/usr/bin/env node
// Sends copies of one trace, each under an id of its own, as a sidecar would: to the agent of the host that this runs on.
//
//   sender.mjs FILE COUNT HOST
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const [file, count, host] = process.argv.slice(2);
const body = readFileSync(file, 'utf8');
const { traceId } = JSON.parse(body).resourceSpans[0].scopeSpans[0].spans[0];
const headers = { 'content-type': 'application/json', 'x-novaspan-host': host };
let left = Number(count);

async function send() {
  while (left-- > 0) {
    const copy = body.replaceAll(traceId, randomBytes(16).toString('hex'));
    for (;;) {
      const response = await fetch('http://127.0.0.1:4318/v1/traces', { method: 'POST', headers, body: copy });
      await response.arrayBuffer();
      if (response.ok) break;
      await delay(200);
    }
  }
}

await Promise.all([send(), send(), send(), send()]);
