import type { Case } from './define.js';
import { slowCases } from './slow.js';

export const cases: readonly Case[] = [...slowCases];
