/**
 * The statements that fill a migrated database with `?1`-many people, the same ones in every run but for their times, which end at `?2`:
 * nine in ten have written, on two channels, 60 campaigns, five custom properties. Made inside the database: nothing else is quick enough
 * for a million.
 */
const hash = (column: string, seed: number) => `abs((${column} * 2654435761 + ${seed} * 40503) % 4294967296)`;
const part = (seed: number, below: number) => `(${hash('n', seed)} / 64 % ${below})`;
const names = ['aanya', 'ben', 'chidi', 'diego', 'emma', 'femi', 'grace', 'hana', 'ines', 'jose', 'kavita', 'lena', 'maya', 'noah', 'olivia', 'priya', 'rohan', 'sara', 'thiago', 'zara'] as const; // prettier-ignore
const families = ['rao', 'okonkwo', 'fernandes', 'walsh', 'iyer', 'carter', 'nair', 'hughes', 'mensah', 'reid', 'herrera', 'navarro', 'molina', 'weber', 'becker', 'vogel', 'almeida', 'moreira', 'sato', 'tanaka'] as const; // prettier-ignore
const cities = ['pune', 'mumbai', 'delhi', 'lagos', 'berlin', 'madrid', 'lisboa', 'tokyo', 'london', 'nairobi', 'chennai', 'kochi', 'porto', 'accra', 'munich', 'osaka', 'bogota', 'lima', 'quito', 'cairo'] as const; // prettier-ignore
const plans = ['free', 'silver', 'gold'] as const;

const pick = (values: readonly string[], seed: number) =>
  `CASE ${part(seed, values.length)} ${values.map((value, i) => `WHEN ${i} THEN '${value}'`).join(' ')} END`;
const people = `WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?1),
  drawn AS (SELECT n, ${pick(names, 1)} || ' ' || ${pick(families, 2)} || ' ' || n AS name, ${pick(cities, 3)} AS city,
    ${pick(plans, 4)} AS plan, ${part(5, 40)} AS orders, ${part(6, 2)} AS vip,
    (?2 - ${part(7, 2_000)} * 86400000) / 86400000 * 86400000 AS since,
    ?2 - ${part(8, 1_296_000)} * 1000 AS last_at, ${part(9, 10)} > 0 AS wrote, ${part(10, 60)} AS campaign, ${part(11, 4)} AS status,
    ${part(12, 2)} AS channel FROM counted)`;
const id = `printf('%040x', n)`;
const channelOf = `CASE channel WHEN 0 THEN 'demo-whatsapp' ELSE 'demo-telegram' END`;

export const PROPERTIES = `INSERT INTO properties (key, label, type, slot, created_at) VALUES
  ('city', 'City', 'text', 1, 0), ('plan', 'Plan', 'text', 2, 0), ('orders', 'Orders', 'number', 3, 0), ('vip', 'VIP', 'boolean', 4, 0),
  ('member_since', 'Member since', 'date', 5, 0)`;

export const FILL_PEOPLE = [
  `INSERT INTO people (no, id, name, properties, conversation_id, created_at, updated_at) ${people}
  SELECT n, ${id}, name, json_object('city', city, 'plan', plan, 'orders', orders, 'vip', json(CASE vip WHEN 1 THEN 'true' ELSE 'false' END),
    'member_since', date(since / 1000, 'unixepoch')), CASE WHEN wrote THEN ${id} END, last_at - 5000000, last_at FROM drawn`,
  `INSERT INTO person_addresses (identity, channel_id, person_no, address, conversation_id) ${people}
  SELECT printf('1999%08d', n), ${channelOf}, n, printf('1999%08d', n), CASE WHEN wrote THEN ${id} END FROM drawn`,
  `INSERT INTO person_facts (no, ticket_status, ticket_changed_at, last_reply_at, created_at, channels, last_campaign_id, name, p1, p2, p3, p4, p5) ${people}
  SELECT n, CASE WHEN wrote THEN max(status - 1, 0) END, CASE WHEN wrote THEN last_at + 60000 END, CASE WHEN wrote THEN last_at END,
    last_at - 5000000, ' ' || ${channelOf} || ' ', CASE WHEN wrote THEN 'bench-campaign-' || campaign END, name, city, plan, orders, vip, since FROM drawn`,
];
