/** Whether what is long is run (`npm run test:long`), rather than what a person waits for (`npm test`). */
export const isLong = process.env['NOVASPAN_LONG'] !== undefined;

/** How much of the same a test does: so much in `npm test`, so much in `npm run test:long`; a variable may ask for another number. */
export const sized = (size: { readonly fast: number; readonly long: number }, variable?: string): number =>
  Number((variable === undefined ? undefined : process.env[variable]) ?? (isLong ? size.long : size.fast));
