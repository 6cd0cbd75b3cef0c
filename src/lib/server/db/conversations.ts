import { type AliasedExpression, type RawBuilder, sql } from 'kysely';
import {
  closingRange,
  type Counts,
  isWhole,
  type ListFacts,
  type ListFilters,
  type ListQuery,
  MOST_OF_A_STATUS,
  MOST_OF_A_TAB,
  type Page,
  readCursor,
  summed,
  type TabCounts,
  WAITING,
  tabRange,
  writeCursor,
} from '../../domain/list';
import { recencyFloor, recencyTime, SPILL_MS } from '../../domain/recency';
import type { Summary } from '../../domain/summary';
import { TicketStatus } from '../../domain/ticket';
import type { Policy } from '../../domain/window';
import type { Db } from './client';
import { DAY_MS, dayOf, summaryOf } from './conversation-row';
import { type Narrowing, narrowing } from './narrowing';

export { write } from './projection';

type Range = { from: number; before: number };

const HOUR_MS = 3_600_000;
/** Clocks of two machines agree to this. */
const SKEW_MS = 60_000;
/** So far a page is looked for first when it does not begin at the newest end: all of Active, as it comes. */
const NEAR_MS = DAY_MS + SKEW_MS;

/**
 * One page of a tab, by the recency id alone: no offset, no sort. Without filters a range of the table; with any, in whatever
 * combination, one full-text statement. A cursor that `readCursor` refuses starts at the top (the edge answers it with 400 before).
 */
export async function list(db: Db, query: ListQuery, facts: ListFacts): Promise<Page> {
  const range = pageRange(query, facts);
  const rows =
    (await nearbyRows(db, query, facts, range)) ?? (await rowsWithin(db, query, range, narrowing(query, facts.userId)));
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => summaryOf(row, facts)),
    positions: shown.map((row) => row.rid),
    nextCursor: rows.length > shown.length && last !== undefined ? writeCursor(last.rid) : null,
  };
}

/** The first rows of a range, one more than asked for: it tells whether there is a next page. */
function rowsWithin(db: Db, query: ListQuery, range: Range, asked: Narrowing | null) {
  const direction = query.sort === 'latest' ? 'desc' : 'asc';
  const limit = query.limit + 1;
  if (asked === null || isOnlyFree(query)) {
    const rows = stored(db).where(within('c.rid', range)).orderBy('c.rid', direction).limit(limit);
    return (asked === null ? rows : rows.where('c.lock_agent_id', 'is', null)).execute();
  }
  return foundRows(db, walked(db, asked, range, direction).limit(limit).as('f'), direction).execute();
}

/** Nearly all rows are held by nobody: passing over the few that are not is quicker than the index, which walks to where the page begins. */
const isOnlyFree = ({ heldBy, ...others }: ListQuery): boolean => heldBy === 'nobody' && narrowing(others, '') === null;

/**
 * A page under campaigns or labels that does not begin at the newest end, out of their lists of the days there; null = they do not fill it.
 * A campaign's own list is mostly too short for the index to begin in its middle: it would be walked from its end, each entry asked
 * whether it was deleted.
 */
async function nearbyRows(db: Db, query: ListQuery, facts: ListFacts, { from, before }: Range) {
  const isAtEnd = query.sort === 'latest' && query.cursor === undefined;
  if (isAtEnd || !(query.campaignIds?.length || query.labels?.length)) return null;
  const end = Math.min(before, recencyFloor(facts.now + SKEW_MS));
  const near =
    query.sort === 'latest'
      ? { from: Math.max(from, recencyFloor(recencyTime(end) - NEAR_MS)), before }
      : { from, before: recencyTime(from) + NEAR_MS >= recencyTime(end) ? before : recencyFloor(recencyTime(from) + NEAR_MS) };
  const days = daysBetween(recencyTime(near.from) - SPILL_MS, recencyTime(Math.min(near.before, end)));
  const rows = await rowsWithin(db, query, near, narrowing(query, facts.userId, days));
  const isAll = near.from === from && near.before === before;
  return isAll || rows.length > query.limit ? rows : null;
}

/** The days that rows may be on whose time lies between these; one at least. */
function daysBetween(first: number, last: number): number[] {
  return Array.from({ length: Math.max(1, dayOf(last) - dayOf(first) + 1) }, (_, n) => dayOf(first) + n);
}

/** A cross join keeps this order of work: the index gives the page, each row is one look-up, and nothing is sorted. */
const foundRows = (db: Db, page: AliasedExpression<{ rowid: number }, 'f'>, direction: 'asc' | 'desc') =>
  db
    .selectFrom(page)
    .crossJoin('conversations as c')
    .leftJoin('campaigns as k', 'k.id', 'c.campaign_id')
    .selectAll('c')
    .select(campaignFields)
    .whereRef('c.rid', '=', 'f.rowid')
    .orderBy('f.rowid', direction);

/** What the index finds in a range, in order. */
const walked = (db: Db, asked: Narrowing, range: Range, direction: 'asc' | 'desc') =>
  db
    .selectFrom('conversations_fts')
    .select('rowid')
    .where(sql<boolean>`conversations_fts match ${asked}`)
    .where(within('rowid', range))
    .orderBy('rowid', direction);

/** How many rows each tab has per ticket status under the same filters; `isAtLeast` says which are not the end of it. */
export const counts = (db: Db, filters: ListFilters, facts: ListFacts): Promise<TabCounts> =>
  isWhole(filters) ? countsOfAll(db, filters, facts) : countsOfSome(db, filters, facts);

/** The index alone knows: a list of it is a status of a tab, and each is counted by itself. */
async function countsOfAll(db: Db, filters: ListFilters, facts: ListFacts): Promise<TabCounts> {
  const wanted = filters.ticketStatuses?.length ? filters.ticketStatuses : TicketStatus.options;
  const cells = (['active', 'inactive'] as const).flatMap((tab) => wanted.map((status) => ({ tab, status })));
  const cell = ({ tab, status }: { tab: ListQuery['tab']; status: TicketStatus }) =>
    sql<number>`(select count(*) from ${found(db, { ticketStatuses: [status] }, tab, facts).limit(MOST_OF_A_STATUS)})`;
  const row = await db.selectNoFrom(() => cells.map((one) => cell(one).as(`${one.tab}_${one.status}`))).executeTakeFirstOrThrow();
  const countsOf = (tab: ListQuery['tab']): Counts => {
    const of = (status: TicketStatus) => row[`${tab}_${status}`] ?? 0;
    return summed({ new: of('new'), pending: of('pending'), closed: of('closed') });
  };
  return { active: countsOf('active'), inactive: countsOf('inactive') };
}

/** One pass for each tab, as finding is what costs here; the rows say the status. */
async function countsOfSome(db: Db, filters: ListFilters, facts: ListFacts): Promise<TabCounts> {
  const ofStatus = (status: TicketStatus) =>
    sql<number>`coalesce(sum(c.ticket_status = ${sql.lit(TicketStatus.options.indexOf(status))}), 0)`.as(status);
  const ofTab = (tab: ListQuery['tab']) =>
    db
      .selectFrom(found(db, filters, tab, facts).limit(MOST_OF_A_TAB).as('f'))
      .crossJoin('conversations as c')
      .select([sql.lit(tab).as('tab'), ...TicketStatus.options.map(ofStatus)])
      .whereRef('c.rid', '=', 'f.rowid');
  const rows = await ofTab('active').unionAll(ofTab('inactive')).execute();
  const countsOf = (tab: ListQuery['tab']): Counts => {
    const { new: fresh = 0, pending = 0, closed = 0 } = rows.find((row) => row.tab === tab) ?? {};
    return summed({ new: fresh, pending, closed });
  };
  return { active: countsOf('active'), inactive: countsOf('inactive') };
}

/** How many of Active wait for an answer, how many of those nobody holds, and of how many the window ends within an hour or two. */
export type Waiting = { all: number; unheld: number; hour: number; twoHours: number };

/** Who waits now, in one statement; no figure is pursued beyond `MOST_OF_A_TAB`. Throws what D1 throws. */
export async function waiting(db: Db, facts: ListFacts): Promise<Waiting> {
  const count = (filters: ListFilters, range: Range) =>
    sql<number>`(select count(*) from ${foundWithin(db, { ...WAITING, ...filters }, range, 'desc', facts).limit(MOST_OF_A_TAB)})`;
  const active = tabRange('active', facts);
  return db
    .selectNoFrom(() => [
      count({}, active).as('all'),
      count({ heldBy: 'nobody' }, active).as('unheld'),
      count({}, closingRange(HOUR_MS, facts)).as('hour'),
      count({}, closingRange(2 * HOUR_MS, facts)).as('twoHours'),
    ])
    .executeTakeFirstOrThrow();
}

/**
 * What the index finds in a tab, from the tab's own end of it: from the other end it would walk past everything in the other tab, as it
 * has no other way to get there.
 */
const found = (db: Db, filters: ListFilters, tab: ListQuery['tab'], facts: ListFacts) =>
  foundWithin(db, filters, tabRange(tab, facts), tab === 'active' ? 'desc' : 'asc', facts);

function foundWithin(db: Db, filters: ListFilters, range: Range, direction: 'asc' | 'desc', { userId }: ListFacts) {
  const asked = narrowing(filters, userId);
  if (asked === null) throw new Error('nothing narrows it, and all of a tab is not counted');
  return walked(db, asked, range, direction);
}

/** The read model's rows of some conversations, in no order; unknown ids are left out. */
export async function find(db: Db, ids: readonly string[], facts: { now: number; policy: Policy }): Promise<Summary[]> {
  const rows = await stored(db)
    .where('c.id', 'in', sql<string>`(select value from json_each(${JSON.stringify(ids)}))`)
    .execute();
  return rows.map((row) => summaryOf(row, facts));
}

/** What a row's campaign is called today; a join, as a second question would cost a round trip. */
const campaignFields = [
  'k.name as campaign_name',
  sql<string | null>`(select json_group_array(label) from campaign_labels where campaign_id = k.id)`.as('campaign_labels'),
] as const;

const stored = (db: Db) =>
  db.selectFrom('conversations as c').leftJoin('campaigns as k', 'k.id', 'c.campaign_id').selectAll('c').select(campaignFields);

/** The tab's range, cut at the cursor: recency ids `from` ≤ id < `before`. */
function pageRange(query: ListQuery, facts: ListFacts): Range {
  const range = tabRange(query.tab, facts);
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  if (after === null) return range;
  return query.sort === 'latest'
    ? { from: range.from, before: Math.min(range.before, after) }
    : { from: Math.max(range.from, after + 1), before: range.before };
}

/** JavaScript numbers bind as REAL, and the full-text index ignores a REAL bound and walks from the top: hence the casts. */
const within = (column: 'c.rid' | 'rowid', { from, before }: Range): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(column)} >= cast(${from} as integer) and ${sql.ref(column)} < cast(${before} as integer)`;
