// The logs that are replayed: two dense ones, a quiet one, and four as clouds have them.
import { generate } from './generate.mjs';
import { generateMix, MIXES } from './mix.mjs';

export const KINDS = {
  set: { title: "Dense: ten services' files, an action every 20 s", make: generate },
  one: { title: 'Dense: one nova-compute file of the same', make: (folder, bytes) => generate(folder, bytes, { only: 'nova-compute' }) },
  quiet: {
    title: 'Quiet: one nova-compute file, periodic tasks only',
    make: (folder, bytes) => generate(folder, bytes, { only: 'nova-compute', quiet: true }),
  },
  'mix-debug': {
    title: "Mix at DEBUG: a compute node's files, one action per MB",
    make: (folder, bytes) => generateMix(folder, bytes, MIXES['mix-debug']),
  },
  'mix-info': {
    title: "Mix at INFO: a compute node's files, one action per 20 kB",
    make: (folder, bytes) => generateMix(folder, bytes, MIXES['mix-info']),
  },
  'cloud-info': {
    title: "Cloud at INFO: all services' files of a small cloud, one action per 20 kB",
    make: (folder, bytes) => generateMix(folder, bytes, MIXES['cloud-info']),
  },
  controller: {
    title: "Controller at DEBUG: five services' files, requests that only ask, an action per 2 MB",
    make: (folder, bytes) => generateMix(folder, bytes, MIXES.controller),
  },
};
