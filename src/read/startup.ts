/**
 * Lines that OpenStack's services print before their log is set up, without a time: warnings of oslo.config, oslo.log,
 * Python and eventlet. Quotes may be escaped, in objects of a journal.
 */
const PRINTED: readonly RegExp[] = [
  /Deprecated: (?:Option|Opt) /,
  /Option \\?"[^"]+" from group \\?"[^"]+" is deprecated/,
  /\.py:\d+: \w*Warning: /,
  /\bwarnings\.warn\(/,
  /Modules with known eventlet monkey patching issues were imported prior to eventlet monkey patching/,
];

/** Whether all lines are of that kind. */
export const isStartup = (lines: readonly string[]): boolean => {
  const full = lines.filter((line) => line.trim() !== '');
  return full.length > 0 && full.every((line) => PRINTED.some((printed) => printed.test(line)));
};
