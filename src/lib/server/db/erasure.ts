import { identityOf } from '../../domain/address';
import type { ProviderName } from '../../domain/provider-rules';
import { z } from 'zod';
import { recording, type AuditEntry } from './audit';
import { batch, database } from './client';

/** Everything by which one person is found; `no` and `id` are theirs in People. */
export type Known = {
  no: number;
  id: string;
  conversationIds: string[];
  /** Every spelling that is known of each. */
  addresses: { channelId: string; address: string }[];
};

const AddressRow = z.object({
  channel_id: z.string(),
  identity: z.string(),
  address: z.string(),
  conversation_id: z.string().nullable(),
});
const ADDRESSES = `SELECT channel_id, identity, address, conversation_id FROM person_addresses WHERE person_no = ?`;
const NAMED = 'SELECT id, provider FROM channels WHERE id IN (SELECT value FROM json_each(?))';

/** What is known of a person; null when there is nobody of that id. */
export async function find(d1: D1Database, id: string): Promise<Known | null> {
  const person = await d1.prepare('SELECT no, conversation_id FROM people WHERE id = ?').bind(id).first<{ no: number; conversation_id: string | null }>(); // prettier-ignore
  if (!person) return null;
  const rows = AddressRow.array().parse((await d1.prepare(ADDRESSES).bind(person.no).all()).results);
  const ids = [person.conversation_id, ...rows.map((row) => row.conversation_id)].filter((one) => one !== null);
  const spellings = rows.flatMap(({ channel_id, identity, address }) =>
    // A second conversation of an address is kept under an identity that no address has.
    [...new Set([address, ...(identity.startsWith(' ') ? [] : [identity])])].map((spelling) => ({
      channelId: channel_id,
      address: spelling,
    })),
  );
  return { no: person.no, id, conversationIds: [...new Set(ids)], addresses: spellings };
}

/** The identity of each address on its channel, to name the objects that may answer for it. */
export async function identitiesOf(d1: D1Database, addresses: Known['addresses']): Promise<Known['addresses']> {
  const { results } = await d1
    .prepare(NAMED)
    .bind(JSON.stringify([...new Set(addresses.map(({ channelId }) => channelId))]))
    .all<{ id: string; provider: ProviderName }>();
  const providers = new Map(results.map(({ id, provider }) => [id, provider]));
  return addresses.map(({ channelId, address }) => {
    const provider = providers.get(channelId);
    return { channelId, address: provider ? identityOf(provider, address) : address };
  });
}

/**
 * Takes a person out of People, and who they were out of the audit, which gets its entry: all or nothing. What comes in from now on makes
 * a new person.
 */
export async function removePerson(d1: D1Database, known: Known, entry: AuditEntry): Promise<void> {
  const db = database(d1);
  // SQLite gives a free `no` to somebody new, and who writes again has the same id: neither is who was meant.
  const theirs = db.selectFrom('people').select('no').where('no', '=', known.no).where('id', '=', known.id).where('created_at', '<=', entry.at); // prettier-ignore
  await batch(d1, [
    recording(db, entry),
    db.deleteFrom('person_addresses').where('person_no', 'in', theirs),
    db.deleteFrom('person_facts').where('no', 'in', theirs),
    db.deleteFrom('people').where('no', 'in', theirs),
  ]);
}

const UNINDEX = `DELETE FROM conversations_fts WHERE rowid IN (
  SELECT c.rid FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND c.last_inbound_at <= j.value->>'erasedAt')`;
const UNLIST = `DELETE FROM conversations WHERE rid IN (
  SELECT c.rid FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND c.last_inbound_at <= j.value->>'erasedAt')`;
/** Somebody made anew by what came before the object was erased. */
const STRAGGLERS = `SELECT p.no FROM json_each(?1) j CROSS JOIN people p ON p.id = j.value->>'id'
  JOIN person_facts f ON f.no = p.no WHERE coalesce(f.last_reply_at, 0) <= j.value->>'erasedAt'`;
const stragglersOf = (table: string, column: string) => `DELETE FROM ${table} WHERE ${column} IN (${STRAGGLERS})`;
// The send stays as a figure of its campaign: who it went to, what it said and what it is known by go.
const ANONYMISE = `UPDATE campaign_sends SET address = '', text = '', buttons = '[]', provider_message_id = NULL, token = NULL, reply_id = NULL
  WHERE id IN (SELECT s.id FROM json_each(?1) j CROSS JOIN campaign_sends s
    ON s.channel_id = j.value->>'channelId' AND s.address = j.value->>'address')`;
const UNKEEP = `DELETE FROM dead_letters WHERE rowid IN (SELECT d.rowid FROM json_each(?1) j CROSS JOIN dead_letters d
  ON d.channel_id = j.value->>'channelId' AND instr(d.body, j.value->>'address') > 0)`;
const UNASK = `DELETE FROM unmatched_replies WHERE conversation_id IN (SELECT value->>'id' FROM json_each(?1))`;
// Of a file that is being read, or whose reading was broken off.
const UNSTAGE = `DELETE FROM import_rows WHERE person_id = ?2 OR EXISTS (SELECT 1 FROM json_each(import_rows.addresses) a CROSS JOIN json_each(?1) j
  ON a.value->>'channelId' = j.value->>'channelId' AND j.value->>'address' IN (a.value->>'identity', a.value->>'address'))`;
const UNKNOW = `DELETE FROM pseudonyms WHERE id IN (SELECT value FROM json_each(?1))`;

/** The rest of somebody: rows, index entries, letters, staged imports, what was sent. What came after `erasedAt` (epoch ms) stays. Twice = once. */
export async function removeRows(
  d1: D1Database,
  {
    personId,
    erased,
    addresses,
  }: { personId: string; erased: { id: string; erasedAt: number }[]; addresses: Known['addresses'] },
): Promise<void> {
  const conversations = JSON.stringify(erased);
  const spellings = JSON.stringify(addresses);
  const ids = JSON.stringify([personId, ...erased.map(({ id }) => id)]);
  await d1.batch([
    d1.prepare(UNINDEX).bind(conversations),
    d1.prepare(UNLIST).bind(conversations),
    d1.prepare(stragglersOf('person_addresses', 'person_no')).bind(conversations),
    d1.prepare(stragglersOf('people', 'no')).bind(conversations),
    d1.prepare(UNASK).bind(conversations),
    d1.prepare(ANONYMISE).bind(spellings),
    d1.prepare(UNKEEP).bind(spellings),
    d1.prepare(UNSTAGE).bind(spellings, personId),
    d1.prepare(UNKNOW).bind(ids),
  ]);
}

/** The campaigns on these channels whose sending has begun: their objects have recipients. */
export async function begunCampaigns(d1: D1Database, channelIds: readonly string[]): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT id FROM campaigns WHERE source = 'parley' AND started_at IS NOT NULL AND channel_id IN (SELECT value FROM json_each(?))`,
    )
    .bind(JSON.stringify(channelIds))
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}
