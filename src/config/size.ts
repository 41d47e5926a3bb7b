import * as z from 'zod';

const SIZE = /^([1-9]\d{0,8})(KiB|MiB|GiB)$/;
const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const SAYS = 'must be a size, such as 512KiB, 64MiB or 1GiB';

/** An amount of memory or disk such as `64MiB`, in bytes. */
export const size = z
  .string(SAYS)
  .regex(SIZE, SAYS)
  .meta({ shownType: 'size' })
  .transform((text) => {
    const [, amount, unit = ''] = SIZE.exec(text) ?? [];
    return Number(amount) * (UNITS[unit] ?? Number.NaN);
  });
