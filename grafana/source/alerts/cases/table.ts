import type { Case } from './define.js';
import { failingCases } from './failing.js';
import { lossCases } from './losses.js';
import { sentenceCases } from './sentence.js';
import { sidecarCases } from './sidecars.js';
import { slowCases } from './slow.js';

export const cases: readonly Case[] = [...slowCases, ...sentenceCases, ...failingCases, ...lossCases, ...sidecarCases];
