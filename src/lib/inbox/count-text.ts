import { type Counts, isAtLeast, type ListFilters } from '../domain/list';
import { numberText } from '../domain/number-text';
import type { Figure } from '../domain/report';

/** A count under some filters as people read it: `1,234`; `10,000+` when counting stopped before the end. */
export const countText = (counts: Counts, which: keyof Counts, filters: ListFilters): string =>
  `${numberText(counts[which])}${isAtLeast(counts, which, filters) ? '+' : ''}`;

/** The same of a figure that knows by itself whether there may be more. */
export const figureText = (figure: Figure): string => `${numberText(figure.count)}${figure.isAtLeast ? '+' : ''}`;
