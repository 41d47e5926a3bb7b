/** Orders names by their UTF-16 code units, so that the order is the same in every locale. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The entries of a map, ordered by their keys. */
export const sortedByName = <T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] => [...map].sort(([a], [b]) => compare(a, b));
