import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { everybody, type PeopleQuery } from '../../domain/people-query';
import { type Person, type PropertyValues, type Reachable, stateAt } from '../../domain/person';
import { fold } from '../../domain/search';
import { TicketStatus } from '../../domain/ticket';
import { database, type Db } from './client';
import { afterOf, orderOf, type PeopleSort, readCursor, sortKeyOf, writeCursor } from './people-cursor';
import { conditionOf, type PeopleContext } from './people-sql';
import * as properties from './properties';

export type { PeopleContext } from './people-sql';

export type PeopleListing = { query: PeopleQuery; search: string; sort: PeopleSort; cursor?: string; limit: number };

/** How many people a query holds for, exactly. Throws on a query that `problemOf` refuses. */
export async function count(
  d1: D1Database,
  query: PeopleQuery,
  context: PeopleContext,
  { search = '' }: { search?: string } = {},
): Promise<number> {
  const db = database(d1);
  const found = await foundIn(db, query, search, context);
  const { rows } = await sql<{ total: number }>`select count(*) as total from person_facts as f where ${found}`.execute(db);
  return rows[0]?.total ?? 0;
}

/** One page of the people a query holds for. A cursor of another order starts at the top. Throws on a query that `problemOf` refuses. */
export async function list(
  d1: D1Database,
  { query, search, sort, cursor, limit }: PeopleListing,
  context: PeopleContext,
): Promise<{ items: Person[]; nextCursor: string | null }> {
  const db = database(d1);
  const after = cursor === undefined ? null : readCursor(sort, cursor);
  const found = await foundIn(db, query, search, context);
  const where = after ? sql`${found} and ${afterOf(sort, after)}` : found;
  // One more than asked for tells whether there is a next page. Only what is on the page is looked up in the wide tables.
  const page = sql`select f.no, ${sortKeyOf(sort)} as sort_key from person_facts as f where ${where}
    order by ${orderOf(sort)} limit ${limit + 1}`;
  const { rows } = await sql<PersonRow & { sort_key: string | number }>`select ${personColumns}, page.sort_key
    from (${page}) as page cross join person_facts as f on f.no = page.no ${personJoins} order by ${orderOf(sort)}`.execute(db);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => personOf(row, context)),
    nextCursor: rows.length > limit && last ? writeCursor(sort, { key: last.sort_key, no: last.no }) : null,
  };
}

/** One person; null when there is none. */
export async function find(db: Db, id: string, context: PeopleContext): Promise<Person | null> {
  const { rows } = await sql<PersonRow>`select ${personColumns} from (select no from people where id = ${id}) as page
    cross join person_facts as f on f.no = page.no ${personJoins}`.execute(db);
  return rows[0] ? personOf(rows[0], context) : null;
}

/**
 * The next people of an audience, in the order of `no`: those a query holds for (null = everybody) who have an address on the channel,
 * once each. `after`: the last `no` of the call before, 0 to begin. Throws on a query that `problemOf` refuses.
 */
export async function reachable(
  d1: D1Database,
  query: PeopleQuery | null,
  channelId: string,
  { after, limit }: { after: number; limit: number },
  context: PeopleContext,
): Promise<Reachable[]> {
  const db = database(d1);
  const found = await reachableIn(db, query, channelId, context);
  const { rows } = await sql<ReachableRow>`select q.no, q.id, q.name, q.properties, ${addressOn(channelId)} as address
    from (select f.no from person_facts as f where ${found} and f.no > cast(${after} as integer) order by f.no limit ${limit}) as page
    cross join people as q on q.no = page.no order by q.no`.execute(db);
  // An address that went between the two looks leaves nobody to reach.
  return rows.flatMap(({ no, id, name, address, properties: json }) =>
    address === null ? [] : [{ no, personId: id, name, address, properties: valuesOf(json) }],
  );
}

/** How many people `reachable` would give in all. */
export async function countReachable(
  d1: D1Database,
  query: PeopleQuery | null,
  channelId: string,
  context: PeopleContext,
): Promise<number> {
  const db = database(d1);
  const found = await reachableIn(db, query, channelId, context);
  const { rows } = await sql<{ total: number }>`select count(*) as total from person_facts as f where ${found}`.execute(db);
  return rows[0]?.total ?? 0;
}

/** The condition of a query and a search on a row of `person_facts`, called `f`. Throws on a query that `problemOf` refuses. */
export async function foundIn(db: Db, query: PeopleQuery, search: string, context: PeopleContext): Promise<RawBuilder<boolean>> {
  const custom = await properties.list(db);
  const terms = fold(search).split(/\s+/u).filter((term) => term !== ''); // prettier-ignore
  const tests = [conditionOf(query, { ...context, custom }), ...terms.slice(0, MAX_TERMS).map(searchTest)];
  return sql.join<boolean>(tests, sql` and `);
}

/** Of a search more is not looked at. */
const MAX_TERMS = 8;
/** Fewer digits are hardly ever meant as the beginning of a number. */
const ADDRESS_DIGITS = 4;

/** A term is a part of the name, or the beginning of an address. */
function searchTest(term: string): RawBuilder<boolean> {
  const named = sql<boolean>`instr(f.name, ${term}) > 0`;
  const identity = term.replace(/^\+/, '');
  if (!new RegExp(`\\d{${ADDRESS_DIGITS}}`).test(identity)) return named;
  return sql`(${named} or f.no in (select person_no from person_addresses
    where identity >= ${identity} and identity < ${`${identity}\u{10FFFF}`}))`;
}

async function reachableIn(db: Db, query: PeopleQuery | null, channelId: string, context: PeopleContext) {
  const custom = query === null ? [] : await properties.list(db);
  const hasAddress = sql<boolean>`instr(f.channels, ${` ${channelId} `}) > 0`;
  return sql<boolean>`${hasAddress} and ${conditionOf(query ?? everybody, { ...context, custom })}`;
}

/** Of several addresses on one channel the one that has written; of several of those always the same. */
const addressOn = (channelId: string) => sql<string | null>`(select a.address from person_addresses as a
  where a.person_no = q.no and a.channel_id = ${channelId} order by a.conversation_id is null, a.identity limit 1)`;

type ReachableRow = { no: number; id: string; name: string; properties: string; address: string | null };

const personColumns = sql`q.no, q.id, q.name, q.properties, q.conversation_id, q.created_at, q.updated_at, f.channels,
  f.ticket_status, f.ticket_changed_at, f.last_reply_at, f.last_campaign_id, c.channel_id as last_channel_id, k.name as campaign_name`;
/** Cross joins keep this order of work: the page first, then each row's look-ups. */
const personJoins = sql`cross join people as q on q.no = f.no
  left join conversations as c on c.id = q.conversation_id left join campaigns as k on k.id = f.last_campaign_id`;

type PersonRow = {
  no: number;
  id: string;
  name: string;
  properties: string;
  conversation_id: string | null;
  created_at: number;
  updated_at: number;
  channels: string;
  ticket_status: number | null;
  ticket_changed_at: number | null;
  last_reply_at: number | null;
  last_campaign_id: string | null;
  last_channel_id: string | null;
  campaign_name: string | null;
};

const Values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Custom properties as stored. */
export const valuesOf = (json: string): PropertyValues => Values.parse(JSON.parse(json));

function personOf(row: PersonRow, { now, policy }: PeopleContext): Person {
  const campaignId = row.last_campaign_id;
  return {
    id: row.id,
    name: row.name,
    channels: row.channels.split(' ').filter((id) => id !== ''),
    properties: valuesOf(row.properties),
    conversationId: row.conversation_id,
    ticketStatus: row.ticket_status === null ? null : (TicketStatus.options[row.ticket_status] ?? 'new'),
    ticketChangedAt: row.ticket_changed_at,
    conversationState: stateAt(row.last_reply_at, policy, now),
    lastReplyAt: row.last_reply_at,
    lastChannelId: row.last_channel_id,
    // A campaign that is gone is still the one that was answered.
    lastCampaign: campaignId === null ? null : { id: campaignId, name: row.campaign_name ?? campaignId },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
