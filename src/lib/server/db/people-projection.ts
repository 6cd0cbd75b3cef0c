/**
 * The statements that bring people up to date with the conversations of a batch. They read what the conversations' own statements have
 * just left in the same transaction, so that the versions decide here as well: late and repeated ones change nothing. The one parameter
 * of `PROJECT_PEOPLE` is the JSON of the batch: `id`, `identity`, `folded` (the name); of `FOLLOW`: `id`, `version`, `person` (a `no`).
 */
const batch = `json_each(?1) AS j CROSS JOIN conversations AS c ON c.id = j.value->>'id'`;
const linked = `EXISTS (SELECT 1 FROM person_addresses AS a WHERE a.conversation_id = c.id)`;

const addressed = `person_addresses AS a ON a.identity = j.value->>'identity' AND a.channel_id = c.channel_id`;

/** A conversation of nobody known makes a person. */
const MAKE = `INSERT INTO people (id, name, conversation_id, created_at, updated_at)
  SELECT min(c.id), c.name, c.id, c.last_inbound_at, c.last_inbound_at FROM ${batch}
  WHERE NOT ${linked} AND NOT EXISTS (SELECT 1 FROM ${addressed.replace(' ON ', ' WHERE ')})
  GROUP BY j.value->>'identity', c.channel_id
  ON CONFLICT (id) DO NOTHING`;

/** Its address is theirs, or was imported before: then the conversation is that person's. */
const LINK = `INSERT INTO person_addresses (identity, channel_id, person_no, address, conversation_id)
  SELECT j.value->>'identity', c.channel_id, coalesce(a.person_no, q.no), c.address, c.id
  FROM ${batch} LEFT JOIN ${addressed} LEFT JOIN people AS q ON q.id = c.id
  WHERE NOT ${linked} AND a.conversation_id IS NULL AND coalesce(a.person_no, q.no) IS NOT NULL
  ON CONFLICT (identity, channel_id) DO UPDATE SET conversation_id = excluded.conversation_id, address = excluded.address
  WHERE person_addresses.conversation_id IS NULL`;

/** A second conversation of one address is the same person's; kept under an identity that no address has. */
const LINK_SECOND = `INSERT INTO person_addresses (identity, channel_id, person_no, address, conversation_id)
  SELECT ' ' || c.id, c.channel_id, a.person_no, c.address, c.id FROM ${batch} CROSS JOIN ${addressed} WHERE NOT ${linked}
  ON CONFLICT (identity, channel_id) DO NOTHING`;

/** Somebody is known by another address now, unless that is somebody else's. */
const READDRESS = `UPDATE OR IGNORE person_addresses INDEXED BY person_addresses_by_conversation
  SET address = c.address,
    identity = CASE WHEN person_addresses.identity = ' ' || c.id THEN person_addresses.identity ELSE j.value->>'identity' END
  FROM ${batch} WHERE person_addresses.conversation_id = c.id AND person_addresses.address <> c.address`;

/**
 * The conversation with the latest reply of each person that the batch is about, and its `folded` name where the batch has it. A person's
 * conversations are looked through once, however many of them the batch has; SQLite takes a group's row from its maximum.
 */
const latest = `SELECT a.person_no AS no, max(c.rid), c.id, c.name, c.channel_id, c.ticket_status, c.ticket_changed_at,
    c.last_inbound_at, c.campaign_id, t.folded->>c.id AS folded
  FROM (SELECT b.person_no AS no, json_group_object(j.value->>'id', j.value->>'folded') AS folded FROM json_each(?1) AS j
    CROSS JOIN person_addresses AS b ON b.conversation_id = j.value->>'id' GROUP BY b.person_no) AS t
  CROSS JOIN person_addresses AS a ON a.person_no = t.no AND a.conversation_id IS NOT NULL
  CROSS JOIN conversations AS c ON c.id = a.conversation_id GROUP BY a.person_no`;

/** What a page shows of somebody changes rarely: their name, or which conversation is the latest. */
const UPDATE_PEOPLE = `UPDATE people SET conversation_id = l.id, name = CASE WHEN people.named = 1 THEN people.name ELSE l.name END,
    updated_at = max(people.updated_at, l.last_inbound_at)
  FROM (${latest}) AS l WHERE people.no = l.no
    AND (people.conversation_id IS NOT l.id OR (people.named = 0 AND people.name <> l.name))`;

/**
 * Joined to a known conversation `c`, with the JSON of what is about to be written in `j` (`address`, `name`): `p.no` is its person where
 * nothing of them but their facts can change, as it is their latest conversation and they are known by this address and name; else null.
 */
export const SETTLED_PERSON = `LEFT JOIN person_addresses AS a ON a.conversation_id = c.id AND a.address = j.value->>'address'
  LEFT JOIN people AS p ON p.no = a.person_no AND p.conversation_id = c.id AND (p.named = 1 OR p.name = j.value->>'name')`;

const volatile = ['ticket_status', 'ticket_changed_at', 'last_reply_at', 'last_campaign_id', 'name'] as const;

/** The narrow row: nothing is written when nothing of it has changed. */
const UPSERT_FACTS = `INSERT INTO person_facts
    (no, ticket_status, ticket_changed_at, last_reply_at, created_at, channels, last_campaign_id, name)
  SELECT l.no, l.ticket_status, l.ticket_changed_at, l.last_inbound_at, q.created_at, ' ' || l.channel_id || ' ', l.campaign_id,
    CASE WHEN f.no IS NOT NULL AND q.named = 1 THEN f.name ELSE coalesce(l.folded, f.name) END
  FROM (${latest}) AS l CROSS JOIN people AS q ON q.no = l.no LEFT JOIN person_facts AS f ON f.no = l.no
  WHERE true
  ON CONFLICT (no) DO UPDATE SET ${volatile.map((column) => `${column} = excluded.${column}`).join(', ')}
  WHERE ${volatile.map((column) => `person_facts.${column} IS NOT excluded.${column}`).join(' OR ')}`;

/**
 * The facts of somebody who was found settled, which is nearly every message: one statement instead of all the others. When another
 * writer has given them a later conversation since, it violates NOT NULL, so that the whole transaction fails and is tried again.
 */
export const FOLLOW = `UPDATE person_facts SET ticket_status = c.ticket_status, ticket_changed_at = c.ticket_changed_at,
    last_reply_at = c.last_inbound_at, last_campaign_id = c.campaign_id,
    created_at = CASE WHEN p.no IS NOT NULL THEN person_facts.created_at END
  FROM json_each(?1) AS j CROSS JOIN conversations AS c ON c.id = j.value->>'id' AND c.version = j.value->>'version'
    LEFT JOIN people AS p ON p.no = j.value->>'person' AND p.conversation_id = c.id
  WHERE person_facts.no = j.value->>'person' AND (p.no IS NULL OR person_facts.ticket_status IS NOT c.ticket_status
    OR person_facts.ticket_changed_at IS NOT c.ticket_changed_at OR person_facts.last_reply_at IS NOT c.last_inbound_at
    OR person_facts.last_campaign_id IS NOT c.campaign_id)`;

/** In this order, in the transaction of the conversations' own statements and after them. */
export const PROJECT_PEOPLE = [MAKE, LINK, LINK_SECOND, READDRESS, UPDATE_PEOPLE, UPSERT_FACTS];
