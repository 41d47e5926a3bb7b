import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const promtool = spawnSync('promtool', ['--version']).status === 0;

/** What an expression is to give at a minute: labels as promtool writes them, and values. */
export interface Given {
  readonly expr: string;
  readonly minute: number;
  readonly gives: readonly { readonly labels: string; readonly value: number }[];
}

/**
 * Asks promtool expressions of series, with samples a quarter of a minute apart.
 *
 * @returns what promtool says; empty where all is as given
 */
export function faultsOf(series: Readonly<Record<string, string>>, given: readonly Given[]): string {
  const test = {
    evaluation_interval: '15s',
    tests: [
      {
        interval: '15s',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: given.map(({ expr, minute, gives }) => ({
          expr,
          eval_time: `${minute * 60}s`,
          exp_samples: gives,
        })),
      },
    ],
  };
  const folder = mkdtempSync(join(tmpdir(), 'expressions-'));
  const file = join(folder, 'test.json');
  writeFileSync(file, JSON.stringify(test));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return status === 0 ? '' : stdout + stderr;
}
