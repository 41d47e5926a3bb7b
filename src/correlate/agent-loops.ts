import type { Event, Member } from '../lifecycle/event.js';
import { inOrder } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import type { HostLines } from './host-lines.js';

/** The longest time between the line of a port and the first and the last line of the agent's loop (ms). */
const BEFORE = seconds(60);
const AFTER = seconds(300);

/**
 * Adds the lines of neutron-openvswitch-agent's loops to the lines of an action. Some of them are about all ports of a
 * loop and name none:
 *
 *     port information retrieved │ Port P updated. Details … │ treat_devices… completed │ Preparing filters … │ … processed
 *     └── the latest before it ──┘                           └───────────────── the first after it ────────────────────────┘
 *
 * If a loop has a line that names a port, the lines of the loop belong to that port as well.
 */
export function withAgentLoops(members: Member[], lines: HostLines, window: { readonly from: Millis; readonly to: Millis }): Member[] {
  const found = new Map<Event, Set<string>>();
  const add = (event: Event | undefined, ports: readonly string[]): void => {
    if (event === undefined) return;
    const known = found.get(event) ?? new Set();
    for (const port of ports) known.add(port);
    found.set(event, known);
  };
  for (const { event, ports } of members) {
    if (event.kind !== 'agent.port.updated' || ports.length === 0) continue;
    const before = lines.within(event.host, Math.max(window.from, event.at - BEFORE), event.at).filter((line) => inOrder(line, event) < 0);
    add(
      before.findLast(({ kind }) => kind === 'agent.ports.retrieved'),
      ports,
    );
    const after = lines.within(event.host, event.at, Math.min(window.to, event.at + AFTER)).filter((line) => inOrder(line, event) > 0);
    const next = after.findIndex(({ kind }) => kind === 'agent.ports.retrieved');
    const loop = next === -1 ? after : after.slice(0, next);
    for (const kind of ['agent.ports.wired', 'agent.ports.filtered'])
      add(
        loop.find((line) => line.kind === kind),
        ports,
      );
  }
  if (found.size === 0) return members;
  const more = Array.from(found, ([event, ports]) => ({ event, ports: [...ports].sort() }));
  return [...members, ...more].sort((a, b) => inOrder(a.event, b.event));
}
