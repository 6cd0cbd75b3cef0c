import { type Counts, isAtLeast, type ListFilters } from '../domain/list';

const numbers = new Intl.NumberFormat('en');

/** A count under some filters as people read it: `1,234`; `10,000+` when counting stopped before the end. */
export const countText = (counts: Counts, which: keyof Counts, filters: ListFilters): string =>
  `${numbers.format(counts[which])}${isAtLeast(counts, which, filters) ? '+' : ''}`;
