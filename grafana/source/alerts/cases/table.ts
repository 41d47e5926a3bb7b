import type { Case } from './define.js';
import { failingCases } from './failing.js';
import { lossCases } from './losses.js';
import { sidecarCases } from './sidecars.js';
import { slowCases } from './slow.js';

export const cases: readonly Case[] = [...slowCases, ...failingCases, ...lossCases, ...sidecarCases];
