import type { Announcement, FieldValue, Vif } from '../catalogue/event.js';

/** A substring in V8 keeps the whole parent string alive: an id of 36 characters would keep 256 KiB. */
const copied = (text: string): string => Buffer.from(text).toString();

/** A copy that shares no memory with the line it was read from. */
export function detached({ kind, fields, text }: Announcement): Announcement {
  const own: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(fields))
    own[name] =
      typeof value === 'string'
        ? copied(value)
        : typeof value === 'number'
          ? value
          : (value.map((item: string | Vif) => (typeof item === 'string' ? copied(item) : copiedVif(item))) as readonly string[]);
  return { kind, fields: own, text: copied(text) };
}

const copiedVif = (vif: Vif): Vif =>
  Object.fromEntries(Object.entries(vif).map(([name, value]) => [name, copied(value)])) as unknown as Vif;
