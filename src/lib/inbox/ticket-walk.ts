import type { ListQuery } from '../domain/list';
import type { TicketStatus } from '../domain/ticket';
import { MOST_TICKETS, type TicketWish } from '../domain/ticket-changes';
import type { ListPage } from './list-source';
import type { ListView } from './list-url';

/** Some tickets to be set next. `same`: how many were passed over, as they are that already. */
export type Chunk = { wishes: TicketWish[]; same: number };

/** Tickets to be set, some at a time; null = these were all. A call that fails may be made again, and goes on where it was. */
export type TicketWalk = () => Promise<Chunk | null>;

/** These and no others. */
export function walkThrough(wishes: readonly TicketWish[]): TicketWalk {
  let at = 0;
  return () => {
    const chunk = wishes.slice(at, at + MOST_TICKETS);
    at += chunk.length;
    return Promise.resolve(chunk.length > 0 ? { wishes: chunk, same: 0 } : null);
  };
}

/**
 * All that match a view, page after page. A status that is set moves no row, so that the next page begins where the last one ended, also
 * under a filter by status. Who writes meanwhile moves up, which is out of the way: whatever the view's order, it goes from the newest down.
 */
export function walkMatching(
  view: ListView,
  ticketStatus: TicketStatus,
  list: (query: ListQuery) => Promise<ListPage>,
): TicketWalk {
  const seen = new Set<string>();
  let cursor: string | null | undefined;
  return async () => {
    if (cursor === null) return null;
    const page = await list({ ...view, sort: 'latest', cursor, limit: MOST_TICKETS });
    cursor = page.nextCursor;
    const rows = page.items.filter(({ id }) => !seen.has(id));
    for (const { id } of rows) seen.add(id);
    const others = rows.filter((row) => row.ticketStatus !== ticketStatus);
    return { wishes: others.map(({ id }) => ({ id, ticketStatus })), same: rows.length - others.length };
  };
}
