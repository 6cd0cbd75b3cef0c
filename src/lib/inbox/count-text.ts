import type { Counts } from '../domain/list';

const numbers = new Intl.NumberFormat('en');

/** A count as people read it: `1,234`; with a plus when counting stopped at `cap`, or a part of it did. */
export function countText(counts: Counts, which: keyof Counts, cap: number): string {
  const parts = which === 'total' ? [counts.new, counts.pending, counts.closed] : [counts[which]];
  return `${numbers.format(counts[which])}${parts.some((count) => count >= cap) ? '+' : ''}`;
}
