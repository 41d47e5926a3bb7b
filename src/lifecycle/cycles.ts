import type { EventKind } from '../catalogue/event.js';
import { inOrder, type Member } from './event.js';

/**
 * Splits a port's lines into plug cycles. A cycle lasts from "Preparing to wait" or the plug until the next plug or
 * unplug. One action may plug a port more than once (rebuild, hard reboot), and each plug has its own chain of phases.
 *
 *     awaited ▶ plugging ▶ plugged ▶ added ▶ claimed ▶ … ▶ received │ unplugging ▶ unplugged ▶ deleted │ awaited ▶ …
 *     └────────────────────── a cycle ─────────────────────────────┘                                    └─ the next
 */
export function plugCycles(members: readonly Member[]): Member[][] {
  const cycles: Member[][] = [];
  let current: Member[] | undefined;
  /** the cycle that the last unplug ended */
  let left: Member[] | undefined;
  // OVS may try to open the device before nova logs the first line of the plug.
  let early: Member[] = [];
  const has = (...kinds: readonly EventKind[]): boolean => current?.some(({ event }) => kinds.includes(event.kind)) ?? false;
  const begin = (): void => {
    current = early;
    early = [];
    cycles.push(current);
  };
  for (const member of sorted(members)) {
    switch (member.event.kind) {
      case 'vif.plug.awaited':
        if (current === undefined || has('vif.plug.awaited', 'vif.plugging', 'vif.plugged', 'interface.added')) begin();
        break;
      case 'vif.plugging':
        if (current === undefined || has('vif.plugging', 'vif.plugged')) begin();
        break;
      case 'vif.plugged':
        if (current === undefined || has('vif.plugged')) begin();
        break;
      case 'vif.plug.timed.out':
        // The lines of the plug may be missing.
        if (current === undefined && cycles.length === 0) begin();
        break;
      case 'interface.added':
        if (current === undefined || has('interface.added')) begin();
        break;
      case 'vif.unplugging':
      case 'vif.unplugged':
      case 'interface.deleted':
        // Before its first plug, an action unplugs what an earlier action plugged.
        left = current ?? left;
        current = undefined;
        early = [];
        break;
      case 'interface.unopened':
        if (current === undefined) early.push(member);
        break;
      default:
        if (current === undefined && left !== undefined && isOfLoop(left, member)) left.push(member);
    }
    current?.push(member);
  }
  return cycles;
}

/** Lines with which an agent's loop starts for a port, and the lines that follow in the same loop. */
const LOOP_STARTS: ReadonlySet<EventKind> = new Set<EventKind>(['agent.port.processing', 'agent.port.updated']);
const LOOP_CONTINUES: ReadonlySet<EventKind> = new Set<EventKind>([
  'agent.ports.wired',
  'agent.filters.preparing',
  'agent.ports.filtered',
  'agent.port.status.setting',
  'agent.devices.configured',
]);

/**
 * Whether a line belongs to the agent's current loop. neutron-openvswitch-agent finishes its loop even if the interface
 * is gone.
 */
function isOfLoop(cycle: readonly Member[], { event: { kind } }: Member): boolean {
  if (!LOOP_CONTINUES.has(kind)) return false;
  const begun = cycle.findLastIndex(({ event }) => LOOP_STARTS.has(event.kind));
  return begun !== -1 && !cycle.slice(begun).some(({ event }) => event.kind === kind || event.kind === 'agent.devices.configured');
}

/** Sorts by time, without a copy if they are sorted already, as they mostly are. */
function sorted(members: readonly Member[]): readonly Member[] {
  const isSorted = members.every((member, i) => i === 0 || inOrder(members[i - 1]!.event, member.event) <= 0);
  return isSorted ? members : [...members].sort((a, b) => inOrder(a.event, b.event));
}
