/**
 * The word that was probably meant: the shortest with this beginning, else the one with the smallest edit distance, if
 * small.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const low = word.toLowerCase();
  const begins = low.length < 3 ? [] : known.filter((one) => one.toLowerCase().startsWith(low));
  if (begins.length > 0) return begins.reduce((a, b) => (b.length < a.length ? b : a));
  const [best] = known.map((one) => ({ one, changed: distance(low, one.toLowerCase()) })).sort((a, b) => a.changed - b.changed);
  return best !== undefined && best.changed <= Math.max(1, Math.floor(best.one.length / 3)) ? best.one : undefined;
}

/** Edit distance (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
