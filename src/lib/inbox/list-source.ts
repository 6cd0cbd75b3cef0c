import type { ListFilters, ListQuery, TabCounts } from '../domain/list';
import type { Summary } from '../domain/summary';
import type { Policy } from '../domain/window';

export type ListPage = { items: Summary[]; nextCursor: string | null };

/** What the list is read from, and by which clock. A read that is given up by its signal answers nothing. */
export type ListSource = {
  list: (query: ListQuery, signal: AbortSignal) => Promise<ListPage>;
  counts: (filters: ListFilters, signal: AbortSignal) => Promise<TabCounts>;
  /** The server's clock, epoch ms. */
  now: () => number;
  policy: Policy;
  userId: string;
};
