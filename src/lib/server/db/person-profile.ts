import { type Compilable, sql } from 'kysely';
import type { PersonAddress, PropertyValue, ReceivedCampaign } from '../../domain/person';
import { dayOf } from '../../domain/person';
import { fold } from '../../domain/search';
import type { Summary } from '../../domain/summary';
import type { Db } from './client';
import * as conversations from './conversations';
import type { PeopleContext } from './people';
import { columnOf, compilable, type StoredProperty } from './properties';
import type { ChannelAddress } from './spellings';

/** How somebody is reached, the ones that have written first. */
export async function addresses(db: Db, personId: string): Promise<PersonAddress[]> {
  const rows = await db
    .selectFrom('people as q')
    .innerJoin('person_addresses as a', 'a.person_no', 'q.no')
    .select(['a.channel_id', 'a.address', 'a.conversation_id'])
    .where('q.id', '=', personId)
    .orderBy(sql`a.conversation_id is null`)
    .orderBy('a.channel_id')
    .orderBy('a.identity')
    .execute();
  return rows.map((row) => ({ channelId: row.channel_id, address: row.address, conversationId: row.conversation_id }));
}

/** Whose conversation it is: the person's id; null when there is no such conversation. */
export async function ofConversation(db: Db, conversationId: string): Promise<string | null> {
  const row = await db
    .selectFrom('person_addresses as a')
    .innerJoin('people as q', 'q.no', 'a.person_no')
    .select('q.id')
    .where('a.conversation_id', '=', conversationId)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Somebody's conversations, archived ones included, the latest first. */
export async function history(db: Db, known: readonly PersonAddress[], context: PeopleContext): Promise<Summary[]> {
  const ids = known.flatMap(({ conversationId }) => (conversationId === null ? [] : [conversationId]));
  const found = ids.length === 0 ? [] : await conversations.find(db, ids, context);
  return found.sort((a, b) => b.lastInboundAt - a.lastInboundAt);
}

/** Enough for a page; nobody reads further back. */
const MAX_RECEIVED = 100;

/**
 * The campaigns that somebody was sent, the latest first, each with the id of the send. `addresses`: in every spelling. What became of it is
 * not known here.
 */
export async function received(
  db: Db,
  addresses: readonly ChannelAddress[],
): Promise<(Omit<ReceivedCampaign, 'outcome'> & { sendId: string })[]> {
  const pairs = JSON.stringify(addresses.map(({ channelId, address }) => ({ channelId, address })));
  const rows = await db
    .selectFrom('campaign_sends as s')
    .leftJoin('campaigns as k', 'k.id', 's.campaign_id')
    .select(['s.id', 's.campaign_id', 'k.name', 's.channel_id', 's.sent_at', 's.replied_at'])
    .where(
      sql<boolean>`s.id in (select x.id from json_each(${pairs}) as j cross join campaign_sends as x
        on x.channel_id = j.value->>'channelId' and x.address = j.value->>'address')`,
    )
    .orderBy('s.sent_at', 'desc')
    .limit(MAX_RECEIVED)
    .execute();
  return rows.map((row) => ({
    sendId: row.id,
    campaignId: row.campaign_id,
    name: row.name ?? row.campaign_id,
    channelId: row.channel_id,
    sentAt: row.sent_at,
    replied: row.replied_at !== null,
  }));
}

/** What a person's values become; what is left out stays, null takes away. */
export type PersonChange = { name?: string; properties: Record<string, PropertyValue | null> };

/**
 * The queries that change somebody: what pages show and what queries ask. They change nothing when there is no such person, and no more
 * than they say, whatever else is changed meanwhile; a property that has gone, or has got another place or type, is left out.
 */
export async function changing(
  db: Db,
  personId: string,
  change: PersonChange,
  custom: readonly StoredProperty[],
  now: number,
): Promise<Compilable<unknown>[]> {
  const stored = await db.selectFrom('people').select('no').where('id', '=', personId).executeTakeFirst();
  if (!stored) return [];
  const changed = custom.flatMap((property) => {
    const value = Object.hasOwn(change.properties, property.key) ? change.properties[property.key] : undefined;
    return value === undefined ? [] : [{ ...property, value, asked: asked(property, value ?? undefined) }];
  });
  const still = sql`json_each(${JSON.stringify(changed)}) as j cross join properties as p
    on p.key = j.value ->> 'key' and p.slot = j.value ->> 'slot' and p.type = j.value ->> 'type'`;
  const named = change.name === undefined ? [] : [sql`name = ${fold(change.name)}`];
  const facts = changed.map((property) => {
    const [column, path] = [sql.ref(columnOf(property)), sql.lit(`$.${columnOf(property)}`)];
    return sql`${column} = iif(g.facts -> ${path} is null, ${column}, g.facts ->> ${path})`;
  });
  return [
    db
      .updateTable('people')
      .set({
        properties: sql<string>`json_patch(properties, (select json_group_object(p.key, j.value -> 'value') from ${still}))`,
        updated_at: sql<number>`max(${now}, updated_at + 1)`,
        ...(change.name !== undefined && { name: change.name, named: 1 }),
      })
      .where('no', '=', stored.no),
    ...(named.length + facts.length === 0
      ? []
      : [compilable(db, sql`update person_facts set ${sql.join([...named, ...facts])}
          from (select json_group_object('p' || p.slot, j.value -> 'asked') as facts from ${still}) as g where no = ${stored.no}`)]),
  ]; // prettier-ignore
}

/** A value as queries ask it: texts folded, booleans 0 and 1, dates in epoch ms; null = not set. */
export function asked({ type }: Pick<StoredProperty, 'type'>, value: PropertyValue | undefined): string | number | null {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  return type === 'date' ? dayOf(value) : fold(value);
}
