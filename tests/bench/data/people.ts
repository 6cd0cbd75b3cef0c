import type { DatabaseSync } from 'node:sqlite';
import { fold } from '../../../src/lib/domain/search.ts';

/** A number of row `n` below `below`; another `seed` gives one that has nothing to do with it. */
const part = (seed: number, below: number) => `((n + 1) * ${2_654_435_761 + seed * 209_458_822} % 4294967296 / 64 % ${below})`;
const pick = (values: readonly string[], seed: number) =>
  `CASE ${part(seed, values.length)} ${values.map((value, i) => `WHEN ${i} THEN '${value}'`).join(' ')} END`;

export const cities = ['Pune', 'Mumbai', 'Delhi', 'Lagos', 'Berlin', 'Madrid', 'Lisboa', 'Tokyo', 'London', 'Nairobi', 'Chennai', 'Kochi', 'Porto', 'Accra', 'Munich', 'Osaka', 'Bogota', 'Lima', 'Quito', 'Cairo'] as const; // prettier-ignore
export const tiers = ['free', 'silver', 'gold'] as const;

/** Every tenth conversation is a second one of the person before it, and the person who would have been its own was imported and never wrote. */
const OF_ANOTHER = 'n % 10 = 9';
const owner = `CASE WHEN ${OF_ANOTHER} THEN n ELSE n + 1 END`;
const conversations = `numbered AS (SELECT CAST(substr(contact_id, 7) AS INTEGER) AS n, * FROM conversations)`;
const drawn = `${conversations}, drawn AS (SELECT n, id, name, last_inbound_at AS at, ${pick(cities, 3)} AS city, ${pick(tiers, 4)} AS tier,
  ${part(5, 40)} AS bookings, ${part(6, 2)} AS vip, (last_inbound_at / 86400000 - ${part(7, 2_000)}) * 86400000 AS joined FROM numbered)`;

const statements = [
  `INSERT INTO properties (key, label, type, slot, created_at) VALUES ('home_city', 'Home city', 'text', 1, 0), ('tier', 'Tier', 'text', 2, 0),
    ('bookings', 'Bookings', 'number', 3, 0), ('vip', 'VIP', 'boolean', 4, 0), ('joined', 'Joined', 'date', 5, 0)`,
  `WITH ${drawn} INSERT INTO people (no, id, name, properties, created_at, updated_at)
    SELECT n + 1, CASE WHEN ${OF_ANOTHER} THEN printf('%040x', n) ELSE id END, name, json_object('home_city', city, 'tier', tier,
      'bookings', bookings, 'vip', json(CASE vip WHEN 1 THEN 'true' ELSE 'false' END), 'joined', date(joined / 1000, 'unixepoch')),
      at - 5000000, at FROM drawn ORDER BY n`,
  `WITH ${conversations} INSERT INTO person_addresses (identity, channel_id, person_no, address, conversation_id)
    SELECT address, channel_id, ${owner}, address, id FROM numbered ORDER BY address`,
  `WITH ${conversations} INSERT INTO person_addresses (identity, channel_id, person_no, address)
    SELECT printf('2999%08d', n), 'demo-whatsapp', n + 1, printf('2999%08d', n) FROM numbered WHERE ${OF_ANOTHER} ORDER BY n`,
  // SQLite takes the other columns of a group from the row with its maximum: the conversation with the latest reply.
  `CREATE TEMP TABLE latest AS WITH ${conversations} SELECT ${owner} AS no, max(rid) AS rid, id, ticket_status, ticket_changed_at, last_inbound_at,
    campaign_id, replace(group_concat(DISTINCT channel_id), ',', ' ') AS channels FROM numbered GROUP BY 1`,
  `UPDATE people SET conversation_id = l.id FROM latest AS l WHERE people.no = l.no`,
  `WITH ${drawn} INSERT INTO person_facts (no, ticket_status, ticket_changed_at, last_reply_at, created_at, channels, last_campaign_id, name,
      p1, p2, p3, p4, p5)
    SELECT n + 1, l.ticket_status, l.ticket_changed_at, l.last_inbound_at, at - 5000000, ' ' || coalesce(l.channels, 'demo-whatsapp') || ' ',
      l.campaign_id, folded(d.name), folded(city), tier, bookings, vip, joined
    FROM drawn AS d LEFT JOIN latest AS l ON l.no = d.n + 1 ORDER BY n`,
  `DROP TABLE latest`,
];

/** As many people as there are conversations, with five custom properties: nine in ten have written, one of nine of those on two channels. */
export function loadPeople(db: DatabaseSync): void {
  db.function('folded', { deterministic: true }, (text) => fold(String(text)));
  db.exec('BEGIN');
  for (const statement of statements) db.exec(statement);
  db.exec('COMMIT');
}
