import type { Causes } from '../lifecycle/causes.js';
import { keys } from '../model/attributes.js';
import type { AttributeValue } from '../model/span.js';

const keyOf = {
  ovnStall: keys.ovnStall,
  ovsStall: keys.ovsStall,
  northdStall: keys.northdStall,
  ovnEngine: keys.ovnEngine,
  lockWait: keys.lockWait,
  lock: keys.lock,
  image: keys.image,
  imageFetch: keys.imageFetch,
  imageConvert: keys.imageConvert,
  requests: keys.requests,
} as const satisfies Record<keyof Causes, string>;

/** Adds the known causes to attributes, each under its key. @returns the same attributes */
export function addCauses(attributes: Record<string, AttributeValue>, causes: Causes | undefined): Record<string, AttributeValue> {
  if (causes === undefined) return attributes;
  for (const name of Object.keys(keyOf) as (keyof Causes)[]) {
    const value = causes[name];
    if (value !== undefined) attributes[keyOf[name]] = value;
  }
  return attributes;
}
