/**
 * What OpenStack's services print before their log is set up, each without a time: oslo.config and oslo.log of options by Python's
 * last resort, Python of its modules, eventlet of what was imported before it. The quotes may be escaped, in the objects of a journal.
 */
const PRINTED: readonly RegExp[] = [
  /Deprecated: (?:Option|Opt) /,
  /Option \\?"[^"]+" from group \\?"[^"]+" is deprecated/,
  /\.py:\d+: \w*Warning: /,
  /\bwarnings\.warn\(/,
  /Modules with known eventlet monkey patching issues were imported prior to eventlet monkey patching/,
];

/** Whether lines, as they are read from a file, are only such. */
export const isStartup = (lines: readonly string[]): boolean => {
  const full = lines.filter((line) => line.trim() !== '');
  return full.length > 0 && full.every((line) => PRINTED.some((printed) => printed.test(line)));
};
