import type { EventKind } from '../catalogue/event.js';

/** Lines that show a request to be neutron's event and not an action. */
export const externalEvents: readonly EventKind[] = [
  'vif.plug.received',
  'vif.plug.processed',
  'vif.plug.unawaited',
  'vif.plug.unexpected',
  'external.event.received',
  'external.event.processed',
  'external.event.unawaited',
  'external.event.unexpected',
  'interface.deleted.by.neutron',
];
