import { z } from 'zod';
import { ChannelId } from './ids';
import { recencyFloor, recencyOf } from './recency';
import { matchesSearch, termsOf } from './search';
import type { Summary } from './summary';
import { TicketStatus } from './ticket';
import { type Policy, tabAt } from './window';

export { MAX_SEARCH } from './search';

const filters = {
  search: z.string().max(10_000).optional(),
  campaignIds: z.array(z.string().max(64)).max(100).optional(),
  labels: z.array(z.string().max(64)).max(100).optional(),
  ticketStatuses: z.array(TicketStatus).max(3).optional(),
  channelIds: z.array(ChannelId).max(100).optional(),
  /** Only those where the end user wrote last; false is the same as leaving it out. */
  unanswered: z.boolean().optional(),
  heldBy: z.enum(['me', 'nobody']).optional(),
  /** Only those that are set aside until a moment, which are Pending; false is the same as leaving it out. */
  snoozed: z.boolean().optional(),
};

/** What narrows the list; the values of one filter are alternatives, the filters all apply, an empty one does not count. */
export const ListFilters = z.strictObject(filters);
export type ListFilters = z.infer<typeof ListFilters>;

/** Whom we owe an answer. A ticket that was closed without one (“Thanks!”) waits for nothing. */
export const WAITING = { unanswered: true, ticketStatuses: ['new', 'pending'] } satisfies ListFilters;

export const ListQuery = z.strictObject({
  ...filters,
  tab: z.enum(['active', 'inactive']),
  /** By the end user's latest message: newest first, or oldest first, which is also: window closing first. */
  sort: z.enum(['latest', 'oldest']).default('latest'),
  /** `nextCursor` of the page before; anything else is a bad request. */
  cursor: z
    .string()
    .max(64)
    .refine((text) => readCursor(text) !== null, 'not a cursor')
    .optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type ListQuery = z.infer<typeof ListQuery>;

export type Counts = { total: number; new: number; pending: number; closed: number };

/** The counts of each status with their sum. */
export const summed = (of: Omit<Counts, 'total'>): Counts => ({ total: of.new + of.pending + of.closed, ...of });

/** What a query is answered against besides the rows: the clock (epoch ms), the durations, and who "me" is. */
export type ListFacts = { now: number; policy: Policy; userId: string };

/** A page of the read model. `positions[i]` is the recency id of `items[i]`; `nextCursor` is null on the last page. */
export type Page = { items: Summary[]; positions: number[]; nextCursor: string | null };

/** A cursor names the recency id after which the next page starts. */
export const writeCursor = (position: number): string => `r${position.toString(36)}`;

/** The recency id of a cursor, or null when we never wrote such a text. */
export function readCursor(cursor: string): number | null {
  const position = /^r-?[0-9a-z]{1,11}$/.test(cursor) ? Number.parseInt(cursor.slice(1), 36) : Number.NaN;
  return Number.isSafeInteger(position) && writeCursor(position) === cursor ? position : null;
}

/** Whether a row belongs into the answer of a query: its tab by the clock, and every filter. The read model's statements mean the same. */
export function matches(row: Summary, query: ListFilters & Pick<ListQuery, 'tab'>, { now, policy, userId }: ListFacts): boolean {
  if (tabAt(row.lastInboundAt, policy, now) !== query.tab) return false;
  const oneOf = (wanted: readonly string[] | undefined, found: readonly string[]) =>
    !wanted?.length || found.some((value) => wanted.includes(value));
  return (
    oneOf(query.ticketStatuses, [row.ticketStatus]) &&
    oneOf(query.channelIds, [row.channel.id]) &&
    oneOf(query.campaignIds, row.campaign ? [row.campaign.id] : []) &&
    oneOf(query.labels, row.campaign?.labels ?? []) &&
    (!query.unanswered || row.unanswered) &&
    (query.heldBy !== 'me' || row.lock?.agentId === userId) &&
    (query.heldBy !== 'nobody' || row.lock === null) &&
    (!query.snoozed || Boolean(row.snoozedUntil)) &&
    (!query.search || matchesSearch({ name: row.contact.name, text: row.lastMessage.text }, query.search))
  );
}

/** Where `a` stands seen from `b`; negative = above. Total: rows of the same millisecond stand in the order of their ids. */
export function compareRows(a: Summary, b: Summary, sort: ListQuery['sort']): number {
  const ascending = a.lastInboundAt - b.lastInboundAt || (a.id === b.id ? 0 : a.id < b.id ? -1 : 1);
  return sort === 'latest' ? -ascending : ascending;
}

/** The recency ids of a tab: `from` ≤ id < `before`. Exact to the millisecond, whatever the slots. Empty when `from` ≥ `before`. */
export function tabRange(
  tab: ListQuery['tab'],
  { now, policy }: Pick<ListFacts, 'now' | 'policy'>,
): { from: number; before: number } {
  // Active is `now - at < window`: the first active millisecond is now - window + 1.
  const active = recencyFloor(now - policy.activeWindowMs + 1);
  if (tab === 'active') return { from: active, before: Number.MAX_SAFE_INTEGER };
  return { from: recencyFloor(now - policy.retentionMs + 1), before: active };
}

/** The recency ids of those Active rows whose window ends within this time: `from` ≤ id < `before`. */
export function closingRange(
  withinMs: number,
  { now, policy }: Pick<ListFacts, 'now' | 'policy'>,
): { from: number; before: number } {
  const { from } = tabRange('active', { now, policy });
  return { from, before: recencyFloor(now + withinMs - policy.activeWindowMs + 1) };
}

/**
 * One page out of the same page of several databases: the first `limit` of all their rows in the order of the recency ids. Databases
 * must not share a recency id, as a page may end at any of them.
 */
export function mergePages(pages: readonly Page[], query: Pick<ListQuery, 'sort' | 'limit'>): Page {
  const sign = query.sort === 'latest' ? -1 : 1;
  const rows = pages
    .flatMap(({ items, positions }) => items.map((row, i) => ({ row, position: positions[i] ?? 0 })))
    .sort((a, b) => sign * (a.position - b.position));
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const hasMore = rows.length > shown.length || pages.some(({ nextCursor }) => nextCursor !== null);
  return {
    items: shown.map(({ row }) => row),
    positions: shown.map(({ position }) => position),
    nextCursor: hasMore && last !== undefined ? writeCursor(last.position) : null,
  };
}

/** What each tab has, per ticket status. */
export type TabCounts = { active: Counts; inactive: Counts };

/** Whether at most the ticket status narrows: then the counts of the whole list say all. */
export const isWhole = ({ search = '', campaignIds, labels, channelIds, unanswered, heldBy, snoozed }: ListFilters): boolean =>
  termsOf(search).length === 0 &&
  !campaignIds?.length &&
  !labels?.length &&
  !channelIds?.length &&
  !unanswered &&
  !snoozed &&
  heldBy === undefined;

/** Where counting stops, as an exact larger figure would cost more than anybody gains from it: of the whole list at so many of a status. */
export const MOST_OF_A_STATUS = 10_000;
/** And of what anything else narrows at so many of a tab: the index visits several lists for each of them. */
export const MOST_OF_A_TAB = 1_000;

/** Whether counting may have stopped before the end, so that there are at least so many. */
export function isAtLeast({ total, ...of }: Counts, which: keyof Counts, filters: ListFilters): boolean {
  if (!isWhole(filters)) return total >= MOST_OF_A_TAB;
  return (which === 'total' ? Object.values(of) : [of[which]]).some((count) => count >= MOST_OF_A_STATUS);
}

/** What is left of the whole list's counts when only some ticket statuses are wanted. */
export function countsOfStatuses(counts: TabCounts, wanted: readonly TicketStatus[] = []): TabCounts {
  const narrowed = (of: Counts): Counts => {
    const count = (status: TicketStatus) => (wanted.length === 0 || wanted.includes(status) ? of[status] : 0);
    return summed({ new: count('new'), pending: count('pending'), closed: count('closed') });
  };
  return { active: narrowed(counts.active), inactive: narrowed(counts.inactive) };
}

/** The counts of several databases together. */
export function sumCounts(all: readonly TabCounts[]): TabCounts {
  const sum = (tab: keyof TabCounts, status: TicketStatus) => all.reduce((total, counts) => total + counts[tab][status], 0);
  const countsOf = (tab: keyof TabCounts): Counts =>
    summed({ new: sum(tab, 'new'), pending: sum(tab, 'pending'), closed: sum(tab, 'closed') });
  return { active: countsOf('active'), inactive: countsOf('inactive') };
}

/**
 * Lays rows that the hub has accepted but the read model may not have yet over one of its pages. The newer version of a conversation
 * wins; each stands on exactly the page that its recency id falls into, so that paging on neither repeats nor skips one.
 */
export function overlay(
  page: Page,
  pending: readonly Summary[],
  query: ListQuery,
  facts: ListFacts,
): Pick<Page, 'items' | 'nextCursor'> {
  const stored = new Map(page.items.map((row) => [row.id, row]));
  const newer = pending.filter((row) => row.version > (stored.get(row.id)?.version ?? -1));
  if (newer.length === 0) return { items: page.items, nextCursor: page.nextCursor };

  const replaced = new Set(newer.map((row) => row.id));
  const sign = query.sort === 'latest' ? -1 : 1;
  const start = query.cursor === undefined ? null : readCursor(query.cursor);
  const end = page.nextCursor === null ? null : readCursor(page.nextCursor);
  const isOnPage = (position: number) =>
    (start === null || sign * (position - start) > 0) && (end === null || sign * (position - end) <= 0);

  const kept = page.items.flatMap((row, i) => (replaced.has(row.id) ? [] : [{ row, position: page.positions[i] ?? 0 }]));
  const added = newestOfEach(newer)
    .map((row) => ({ row, position: positionOf(row, page) }))
    .filter(({ row, position }) => isOnPage(position) && matches(row, query, facts));
  const placed = [...kept, ...added].sort((a, b) => sign * (a.position - b.position));

  const shown = placed.slice(0, query.limit);
  const last = shown.at(-1);
  const isCut = placed.length > shown.length && last !== undefined;
  return { items: shown.map(({ row }) => row), nextCursor: isCut ? writeCursor(last.position) : page.nextCursor };
}

/** A row whose time has not moved keeps the id that the page shows; else the first of those it may take that the page leaves free. */
function positionOf(row: Summary, page: Page): number {
  const i = page.items.findIndex((stored) => stored.id === row.id);
  const kept = page.items[i]?.lastInboundAt === row.lastInboundAt ? page.positions[i] : undefined;
  if (kept !== undefined) return kept;
  let step = 0;
  while (page.positions.includes(recencyOf(row.id, row.lastInboundAt, step))) step += 1;
  return recencyOf(row.id, row.lastInboundAt, step);
}

function newestOfEach(rows: readonly Summary[]): Summary[] {
  const newest = new Map<string, Summary>();
  for (const row of rows) if (row.version > (newest.get(row.id)?.version ?? -1)) newest.set(row.id, row);
  return [...newest.values()];
}
