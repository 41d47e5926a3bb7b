import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scrubRules } from '../../src/export/scrub-rules.js';
import { counters } from '../../src/model/counters.js';
import { MOST_FOLDERS } from '../../src/tail/discover.js';
import { bounds } from '../../src/trace/bounds.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const page = readFileSync(`${ROOT}docs/security.md`, 'utf8');

/** What is bounded, by which constant of which file, and what counts what goes beyond it. `is` is the constant's text. */
const BOUNDS: readonly { what: string; bound: string; file: string; is: string; counter?: string }[] = [
  { what: 'bytes of a line', bound: '1 MiB', file: 'tail/lines.ts', is: 'maxLineBytes = MIB', counter: 'overlong_lines' },
  { what: 'bytes of a message that are read', bound: '256 KiB', file: 'read/log-reader.ts', is: 'LONGEST_MESSAGE = 256 * 1024' },
  { what: "bytes of a line's context", bound: '256', file: 'read/parts.ts', is: 'LONGEST_CONTEXT = 256' },
  { what: 'lines of a traceback', bound: '120', file: 'read/parts.ts', is: 'MOST_DETAIL = 120' },
  { what: 'bytes of one of them', bound: '500', file: 'read/parts.ts', is: 'LONGEST_DETAIL = 500' },
  { what: 'remembered processes of a service', bound: '1024', file: 'read/uwsgi.ts', is: 'MOST_WORKERS = 1024' },
  { what: 'services on hosts in one log', bound: '500', file: 'read/writers.ts', is: 'MOST_READERS = 500', counter: 'other_program_lines' },
  {
    what: 'lines kept until the form of a log is known',
    bound: '64, of 256 KiB',
    file: 'read/kept-lines.ts',
    is: 'MOST_KEPT = 64',
    counter: 'malformed_lines',
  },
  {
    what: 'lines that wait for the line that links them to an action',
    bound: '50,000',
    file: 'correlate/retention.ts',
    is: 'MAX_LINES = 50_000',
    counter: 'pending_events_evicted',
  },
  { what: 'open actions', bound: '10,000', file: 'correlate/retention.ts', is: 'MAX_OPEN = 10_000', counter: 'open_actions_evicted' },
  { what: 'lines about the daemons of a host', bound: '20,000', file: 'correlate/host-lines.ts', is: 'MAX_LINES = 20_000' },
  { what: 'ports of an action', bound: '256', file: 'correlate/members.ts', is: 'MAX_PORTS = 256', counter: 'ports_truncated' },
  { what: 'traces that wait for the backend', bound: '1000, of 64 MiB', file: 'deliver/delivery.ts', is: 'LIMIT_BYTES = 64 * 1024 * 1024' },
  {
    what: 'traces in the dead-letter folder',
    bound: '10,000, of 256 MiB',
    file: 'deliver/dead-letters.ts',
    is: 'LIMIT_BYTES = 256 * 1024 * 1024',
    counter: 'traces_dropped',
  },
  { what: "characters of a failure's reason", bound: '500', file: 'trace/exception.ts', is: 'LONGEST_MESSAGE = 500' },
  { what: "characters of a failure's traceback", bound: '8000', file: 'trace/exception.ts', is: 'LONGEST_STACK = 8000' },
  {
    what: 'lines attached to a span',
    bound: `${bounds.eventsOfSpan}`,
    file: 'trace/bounds.ts',
    is: 'eventsOfSpan: 128',
    counter: 'lines_left_out',
  },
  { what: 'lines attached to a trace', bound: '10,000', file: 'trace/bounds.ts', is: 'eventsOfTrace: 10_000', counter: 'lines_left_out' },
  {
    what: 'characters of an attached line, and of a status',
    bound: `${bounds.text}`,
    file: 'trace/bounds.ts',
    is: 'text: 4096',
    counter: 'values_cut',
  },
  { what: 'characters of an attribute', bound: `${bounds.value}`, file: 'trace/bounds.ts', is: 'value: 8192', counter: 'values_cut' },
  {
    what: 'items of a list attribute',
    bound: `${bounds.items}`,
    file: 'trace/bounds.ts',
    is: 'items: 1024',
    counter: 'values_cut',
  },
  { what: 'spans of a trace', bound: `${bounds.spans}`, file: 'trace/bounds.ts', is: 'spans: 1000', counter: 'spans_left_out' },
  { what: 'folders below a named one', bound: `${MOST_FOLDERS}`, file: 'tail/discover.ts', is: 'MOST_FOLDERS = 5000' },
  {
    what: 'bytes of a received request, compressed and uncompressed',
    bound: '16 MiB',
    file: 'receive/server.ts',
    is: 'bodyBytes: 16 * MIB',
    counter: 'received_requests',
  },
  {
    what: 'records of a received request',
    bound: '100,000',
    file: 'receive/value.ts',
    is: 'MOST_RECORDS = 100_000',
    counter: 'received_requests',
  },
  {
    what: 'bytes of all requests at once',
    bound: '64 MiB',
    file: 'receive/server.ts',
    is: 'allBytes: 64 * MIB',
    counter: 'received_requests',
  },
  { what: 'connections of senders', bound: '512', file: 'receive/server.ts', is: 'MOST_CONNECTIONS = 512' },
  { what: 'received logs', bound: '1000', file: 'receive/receive-buffer.ts', is: 'MOST_LOGS = 1000', counter: 'received_rejected' },
  { what: 'levels of a value in a request', bound: '32', file: 'receive/value.ts', is: 'DEEPEST = 32', counter: 'received_requests' },
  { what: "bytes of a backend's answer", bound: '4 MiB', file: 'export/http-post.ts', is: 'LONGEST_ANSWER = 4 * 1024 * 1024' },
];

describe('docs/security.md', () => {
  it.each(scrubRules)('tells of the rule $name', ({ name, hides }) => {
    expect(page).toContain(`| ${name} | ${hides} |`);
  });

  it.each(BOUNDS)('tells of the bound of $what, which is in src/$file', ({ what, bound, file, is, counter }) => {
    expect(readFileSync(`${ROOT}src/${file}`, 'utf8')).toContain(is);
    if (counter !== undefined) expect(Object.keys(counters)).toContain(counter);
    expect(page).toContain(`| ${what} | ${bound} | \`src/${file}\` | ${counter === undefined ? '' : `\`${counter}\` `}|`);
  });

  it('tells of no other', () => {
    const section = page.slice(page.indexOf('## Limits'));
    expect(section.split('\n').filter((line) => line.includes('`src/')).length).toBe(BOUNDS.length);
  });
});
