import { until } from './process.mjs';

/**
 * Makes a check again and again until it holds: what throws does not hold yet, nor does undefined or false. No state of another process
 * is waited for in any other way.
 *
 * @param what is waited for, as the error says it; it also says why the last try did not hold
 * @returns what the check gives
 */
export async function eventually(what, check, withinMs = 30_000) {
  let why;
  const attempt = async () => {
    try {
      const answer = await check();
      why = undefined;
      return answer;
    } catch (error) {
      why = error;
      return undefined;
    }
  };
  return until(attempt, { what, withinMs }).catch((error) => {
    throw why === undefined ? error : new Error(`${error.message}: ${why.message}`, { cause: why });
  });
}
