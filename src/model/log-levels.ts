/** The levels of novaspan's own log, the most verbose first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
/** A level of novaspan's own log. For levels in the logs that it reads see `Level`. */
export type LogLevel = (typeof logLevels)[number];
