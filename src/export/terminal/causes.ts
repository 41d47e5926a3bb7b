import { keys } from '../../model/attributes.js';
import type { SpanData } from '../../model/span.js';
import { inSeconds, tame } from './text.js';

const numberOf = ({ attributes }: SpanData, key: string): number | undefined => {
  const value = attributes[key];
  return typeof value === 'number' ? value : undefined;
};

/** The causes that are a part of a span's time, in words. */
const times: readonly (readonly [key: string, say: (seconds: string, span: SpanData) => string])[] = [
  [keys.ovnStall, (seconds) => `ovn-controller stalled for ${seconds} s of it`],
  [keys.ovnEngine, (seconds) => `ovn-controller's engine was busy for ${seconds} s of it`],
  [keys.ovsStall, (seconds) => `ovs-vswitchd stalled for ${seconds} s of it`],
  [keys.northdStall, (seconds) => `ovn-northd stalled for ${seconds} s of it`],
  [keys.lockWait, (seconds, span) => `waited ${seconds} s for the lock ${locksOf(span)}`],
  [keys.requests, (seconds) => `had requests under way for ${seconds} s`],
];

const locksOf = ({ attributes }: SpanData): string => tame([attributes[keys.lock]].flat().join(', '));

/** Why a span took so long, as far as the logs show, in words. */
export function causesOf(span: SpanData): string[] {
  const causes = times.flatMap(([key, say]) => {
    const millis = numberOf(span, key);
    return millis === undefined ? [] : [say(inSeconds(millis), span)];
  });
  const image = imageOf(span);
  if (image !== undefined) causes.push(image);
  const builds = numberOf(span, keys.builds);
  if (builds !== undefined && builds > 0) causes.push(`the host took in ${builds} ${builds === 1 ? 'other' : 'others'} meanwhile`);
  return causes;
}

function imageOf(span: SpanData): string | undefined {
  const fetched = numberOf(span, keys.imageFetch);
  const converted = numberOf(span, keys.imageConvert);
  const took = fetched === undefined ? '' : ` in ${inSeconds(fetched)} s`;
  switch (span.attributes[keys.image]) {
    case 'cache-hit':
      return 'the image was in the cache';
    case 'fetched':
      return `the image was fetched${took}`;
    case 'converted':
      return `the image was fetched and converted${took}${converted === undefined ? '' : `, of which ${inSeconds(converted)} s converting`}`;
    default:
      return undefined;
  }
}
