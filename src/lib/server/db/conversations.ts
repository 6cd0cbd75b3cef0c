import { type AliasedExpression, type RawBuilder, sql } from 'kysely';
import {
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
  tabRange,
  writeCursor,
} from '../../domain/list';
import { termsOf } from '../../domain/search';
import type { Summary } from '../../domain/summary';
import { TicketStatus } from '../../domain/ticket';
import type { Policy } from '../../domain/window';
import type { Db } from './client';
import { facets, summaryOf } from './conversation-row';

export { write } from './projection';

/** So many rows of Active are walked from its new end to get to its old one. */
const MOST_WALKED = 20_000;

/**
 * One page of a tab, by the recency id alone: no offset, no sort. Without filters a range of the table; with any, in whatever
 * combination, one full-text statement. A cursor that `readCursor` refuses starts at the top (the edge answers it with 400 before).
 */
export async function list(db: Db, query: ListQuery, facts: ListFacts): Promise<Page> {
  const rows = (await endOfActive(db, query, facts)) ?? (await listStatement(db, query, facts).execute());
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => summaryOf(row, facts)),
    positions: shown.map((row) => row.rid),
    nextCursor: rows.length > shown.length && last !== undefined ? writeCursor(last.rid) : null,
  };
}

function listStatement(db: Db, query: ListQuery, facts: ListFacts) {
  const direction = query.sort === 'latest' ? 'desc' : 'asc';
  const range = pageRange(query, facts);
  // One more than asked for tells whether there is a next page.
  const limit = query.limit + 1;
  const parts = narrowings(query, facts.userId);
  if (parts.length === 0) return stored(db).where(within('c.rid', range)).orderBy('c.rid', direction).limit(limit);

  const page = walked(db, parts, range, direction).limit(limit);
  return foundRows(db, page.as('f'), direction);
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

/**
 * The oldest of Active under campaigns or labels; null = it is not that, or there are too many. A campaign's list in the index is too short
 * to be begun in its middle, so from its old end all of Inactive would be walked first, each entry asked whether it was deleted: measured
 * with a million conversations after 90,000 updates, 130 ms instead of 5 from the new end, where Active is. What is walked is then sorted.
 */
async function endOfActive(db: Db, query: ListQuery, facts: ListFacts) {
  const isEnd = query.tab === 'active' && query.sort === 'oldest' && (query.campaignIds?.length || query.labels?.length);
  if (!isEnd) return null;
  const newest = walked(db, narrowings(query, facts.userId), pageRange(query, facts), 'desc').limit(MOST_WALKED + 1);
  const page = db
    .selectFrom(newest.as('w'))
    .select(['rowid', sql<number>`count(*) over ()`.as('walked')])
    .orderBy('rowid', 'asc')
    .limit(query.limit + 1);
  const rows = await foundRows(db, page.as('f'), 'asc')
    .select(sql<number>`f.walked`.as('walked'))
    .execute();
  return (rows[0]?.walked ?? 0) > MOST_WALKED ? null : rows;
}

/** What the index finds in a range, in order. */
const walked = (
  db: Db,
  parts: readonly RawBuilder<string>[],
  range: { from: number; before: number },
  direction: 'asc' | 'desc',
) =>
  db
    .selectFrom('conversations_fts')
    .select('rowid')
    .where(matching(parts))
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

/**
 * What the index finds in a tab, from the tab's own end of it: from the other end it would walk past everything in the other tab, as it
 * has no other way to get there.
 */
const found = (db: Db, filters: ListFilters, tab: ListQuery['tab'], facts: ListFacts) =>
  walked(db, narrowings(filters, facts.userId), tabRange(tab, facts), tab === 'active' ? 'desc' : 'asc');

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
function pageRange(query: ListQuery, facts: ListFacts): { from: number; before: number } {
  const range = tabRange(query.tab, facts);
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  if (after === null) return range;
  return query.sort === 'latest'
    ? { from: range.from, before: Math.min(range.before, after) }
    : { from: Math.max(range.from, after + 1), before: range.before };
}

/** JavaScript numbers bind as REAL, and the full-text index ignores a REAL bound and walks from the top: hence the casts. */
const within = (column: 'c.rid' | 'rowid', { from, before }: { from: number; before: number }): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(column)} >= cast(${from} as integer) and ${sql.ref(column)} < cast(${before} as integer)`;

const matching = (parts: readonly RawBuilder<string>[]): RawBuilder<boolean> =>
  sql<boolean>`conversations_fts match ${sql.join(parts, sql` || ' AND ' || `)}`;

/** The full-text expressions that must all hold: one per filter in use and per term of the search. None = nothing narrows the list. */
function narrowings(filters: ListFilters, userId: string): RawBuilder<string>[] {
  const alternatives = [
    filters.ticketStatuses?.map(facets.ticketStatus),
    filters.channelIds?.map(facets.channel),
    filters.campaignIds?.map(facets.campaign),
    filters.unanswered ? [facets.unanswered] : [],
    filters.heldBy === 'me' ? [facets.heldBy(userId)] : filters.heldBy === 'nobody' ? [facets.free] : [],
  ];
  const texts = [
    ...alternatives.flatMap((tokens) => (tokens?.length ? [`(${tokens.map((token) => `"${token}"`).join(' OR ')})`] : [])),
    ...termsOf(filters.search ?? '').map((term) => `"${term}"`),
  ];
  const fixed = texts.length > 0 ? [sql<string>`${texts.join(' AND ')}`] : [];
  return filters.labels?.length ? [...fixed, labelled(filters.labels)] : fixed;
}

/** A label stands for its campaigns of today, expanded inside the statement; without any, for one that no row has. */
const labelled = (labels: readonly string[]): RawBuilder<string> => {
  const none = facets.campaign('');
  return sql<string>`(select '(' || coalesce(group_concat('"' || ${none} || lower(hex(campaign_id)) || '"', ' OR '), '"' || ${none} || '"') || ')'
    from campaign_labels where label in (select value from json_each(${JSON.stringify(labels)})))`;
};
