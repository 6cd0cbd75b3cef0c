import { MAX_PROPERTIES } from '../../domain/person';
import { z } from 'zod';
import { knowing, recording, type AuditEntry, type Subject } from './audit';
import { database } from './client';
import { overwriting } from './overwriting';
import { columnOf } from './properties';
import { distinct, type ChannelAddress } from './spellings';

/** Everything by which one person is found; `no` and `id` are theirs in People. */
export type Known = {
  no: number;
  id: string;
  conversationIds: string[];
  addresses: ChannelAddress[];
};

/** A conversation of somebody's; what was written until `erasedAt` (epoch ms) is gone. */
export type Erased = { id: string; erasedAt: number };

const AddressRow = z.object({
  channel_id: z.string(),
  identity: z.string(),
  address: z.string(),
  conversation_id: z.string().nullable(),
});
const ADDRESSES = `SELECT channel_id, identity, address, conversation_id FROM person_addresses WHERE person_no = ?`;

/** What is known of a person; null when there is nobody of that id. */
export async function find(d1: D1Database, id: string): Promise<Known | null> {
  const person = await d1.prepare('SELECT no, conversation_id FROM people WHERE id = ?').bind(id).first<{ no: number; conversation_id: string | null }>(); // prettier-ignore
  if (!person) return null;
  const rows = AddressRow.array().parse((await d1.prepare(ADDRESSES).bind(person.no).all()).results);
  const ids = [person.conversation_id, ...rows.map((row) => row.conversation_id)].filter((one) => one !== null);
  const addresses = rows.flatMap(({ channel_id, identity, address }) =>
    // A second conversation of an address is kept under an identity that no address has.
    [address, ...(identity.startsWith(' ') ? [] : [identity])].map((one) => ({ channelId: channel_id, address: one })),
  );
  return { no: person.no, id, conversationIds: [...new Set(ids)], addresses: distinct(addresses) };
}

// SQLite gives a free `no` to somebody new, and who writes again has the same id: neither is who was meant.
const THEIRS = 'SELECT no FROM people WHERE no = ?1 AND id = ?2 AND created_at <= ?3';
const facts = ['name', ...Array.from({ length: MAX_PROPERTIES }, (_, i) => columnOf({ slot: i + 1 }))];
const UNPERSON = [
  overwriting('person_addresses', ['address', 'conversation_id'], `person_no IN (${THEIRS})`),
  `DELETE FROM person_addresses WHERE person_no IN (${THEIRS})`,
  overwriting('person_facts', facts, `no IN (${THEIRS})`),
  `DELETE FROM person_facts WHERE no IN (${THEIRS})`,
  overwriting('people', ['name'], `no IN (${THEIRS})`, ['properties']),
  `DELETE FROM people WHERE no IN (${THEIRS})`,
];

/**
 * Takes a person out of People, and who they were out of the audit, which gets its entry: all or nothing. What comes in from now on makes
 * a new person.
 */
export async function removePerson(
  d1: D1Database,
  { no, id }: Known,
  entry: AuditEntry & { subject: Required<Subject> },
): Promise<void> {
  const db = database(d1);
  const noted = [knowing(db, entry.subject), recording(db, entry)].map((query) => query.compile());
  await d1.batch([
    ...noted.map(({ sql, parameters }) => d1.prepare(sql).bind(...parameters)),
    ...UNPERSON.map((query) => d1.prepare(query).bind(no, id, entry.at)),
  ]);
}

const UNINDEX = `DELETE FROM conversations_fts WHERE rowid IN (
  SELECT c.rid FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND c.last_inbound_at <= j.value->>'erasedAt')`;
const LISTED = `rid IN (
  SELECT c.rid FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND c.last_inbound_at <= j.value->>'erasedAt')`;
const UNLIST = [
  overwriting('conversations', ['contact_id', 'name', 'address', 'preview'], LISTED),
  `DELETE FROM conversations WHERE ${LISTED}`,
];
/** Somebody made anew by what came before the object was erased. */
const STRAGGLERS = `SELECT p.no FROM json_each(?1) j CROSS JOIN people p ON p.id = j.value->>'id'
  JOIN person_facts f ON f.no = p.no WHERE coalesce(f.last_reply_at, 0) <= j.value->>'erasedAt'`;
const stragglersOf = (table: string, column: string) => `DELETE FROM ${table} WHERE ${column} IN (${STRAGGLERS})`;
const SENT = `SELECT s.id FROM json_each(?1) j CROSS JOIN campaign_sends s
  ON s.channel_id = j.value->>'channelId' AND s.address = j.value->>'address'`;
const THESE_SENDS = 'id IN (SELECT value FROM json_each(?1))';
// The send stays as a figure of its campaign: who it went to, what it said and what it is known by go.
const ANONYMISE = [
  overwriting('campaign_sends', ['address', 'provider_message_id', 'token', 'text', 'reply_id'], THESE_SENDS, ['buttons']),
  `UPDATE campaign_sends SET address = '', text = '', buttons = '[]', provider_message_id = NULL, token = NULL, reply_id = NULL
    WHERE ${THESE_SENDS}`,
];
/** Of a letter that is no JSON, or was cut, its words between spaces. */
const WORDS = [...'":,;{}[]()<>&=/']
  .map((mark) => `'${mark}'`)
  .concat('char(9)', 'char(10)', 'char(13)')
  .reduce((text, mark) => `replace(${text}, ${mark}, ' ')`, 'd.body');
/** Those in which an address is a whole value: an app may call somebody `1`, and that is in nearly every letter. */
const LETTERS = `SELECT d.rowid AS no FROM json_each(?1) j CROSS JOIN dead_letters d
  ON d.channel_id = j.value->>'channelId' AND instr(d.body, j.value->>'address') > 0 AND CASE WHEN json_valid(d.body)
    THEN EXISTS (SELECT 1 FROM json_tree(d.body) t WHERE CAST(t.atom AS TEXT) = j.value->>'address')
    ELSE instr(' ' || ${WORDS} || ' ', ' ' || (j.value->>'address') || ' ') > 0 END`;
const THESE = 'rowid IN (SELECT value FROM json_each(?1))';
const UNKEEP = [overwriting('dead_letters', ['body'], THESE), `DELETE FROM dead_letters WHERE ${THESE}`];
const UNASK = `DELETE FROM unmatched_replies WHERE conversation_id IN (SELECT value->>'id' FROM json_each(?1))`;
// Of a file that is being read, or whose reading was broken off.
const UNSTAGE = `DELETE FROM import_rows WHERE person_id = ?2 OR EXISTS (SELECT 1 FROM json_each(import_rows.addresses) a CROSS JOIN json_each(?1) j
  ON a.value->>'channelId' = j.value->>'channelId' AND j.value->>'address' IN (a.value->>'identity', a.value->>'address'))`;
const UNKNOW = `DELETE FROM pseudonyms WHERE id IN (SELECT value FROM json_each(?1))`;

/** Takes conversations out of the database of the read model that has them. What came after `erasedAt` (epoch ms) stays. Twice = once. */
export async function removeConversations(d1: D1Database, erased: readonly Erased[]): Promise<void> {
  const conversations = JSON.stringify(erased);
  await d1.batch([UNINDEX, ...UNLIST].map((query) => d1.prepare(query).bind(conversations)));
}

/**
 * The rest of somebody: who they were, letters, staged imports, what was sent. `addresses`: in every spelling. What came after `erasedAt`
 * (epoch ms) stays. Twice = once.
 */
export async function removeRows(
  d1: D1Database,
  { personId, erased, addresses }: { personId: string; erased: readonly Erased[]; addresses: readonly ChannelAddress[] },
): Promise<void> {
  const conversations = JSON.stringify(erased);
  const spellings = JSON.stringify(addresses);
  // Looked up first: with noise in them they would not be found.
  const [sent, kept] = await Promise.all([
    d1.prepare(SENT).bind(spellings).all<{ id: string }>(),
    d1.prepare(LETTERS).bind(spellings).all<{ no: number }>(),
  ]);
  const sends = JSON.stringify(sent.results.map(({ id }) => id));
  const letters = JSON.stringify(kept.results.map(({ no }) => no));
  const ids = JSON.stringify([personId, ...erased.map(({ id }) => id)]);
  await d1.batch([
    d1.prepare(stragglersOf('person_addresses', 'person_no')).bind(conversations),
    d1.prepare(stragglersOf('people', 'no')).bind(conversations),
    d1.prepare(UNASK).bind(conversations),
    ...ANONYMISE.map((query) => d1.prepare(query).bind(sends)),
    ...UNKEEP.map((query) => d1.prepare(query).bind(letters)),
    d1.prepare(UNSTAGE).bind(spellings, personId),
    d1.prepare(UNKNOW).bind(ids),
  ]);
}

/** The next campaigns on these channels, in the order of their ids, that have been handed to their objects: those may have recipients. */
export async function launchedCampaigns(
  d1: D1Database,
  channelIds: readonly string[],
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT id FROM campaigns WHERE source = 'parley' AND channel_id IN (SELECT value FROM json_each(?1)) AND id > ?2
        AND (started_at IS NOT NULL OR status NOT IN ('draft', 'submitted', 'approved')) ORDER BY id LIMIT ?3`,
    )
    .bind(JSON.stringify(channelIds), after, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}
