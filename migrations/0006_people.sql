-- Why: people are asked questions over everything known of them, by the million, and are the audiences of campaigns. A question is one pass
-- over rows as narrow as they can be; what only a page shows is kept apart (docs/decisions/0010).

-- When the ticket last became what it is. Of what is there already nobody knows better than the latest message.
ALTER TABLE conversations ADD COLUMN ticket_changed_at INTEGER NOT NULL DEFAULT 0;
UPDATE conversations SET ticket_changed_at = last_at;

-- A row per person, as pages show them. Of a conversation of nobody known the person's id is the conversation's.
CREATE TABLE people (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- 1: the name was given by hand or by an import, and what a channel says does not replace it.
  named INTEGER NOT NULL DEFAULT 0 CHECK (named IN (0, 1)),
  properties TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(properties)),
  -- The one with the latest reply.
  conversation_id TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- How somebody is reached, and by which a reply finds who it is from. `identity`: the form by which an address is known (domain/address.ts).
CREATE TABLE person_addresses (
  identity TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  person_no INTEGER NOT NULL REFERENCES people (no) ON DELETE CASCADE,
  address TEXT NOT NULL,
  conversation_id TEXT,
  PRIMARY KEY (identity, channel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_addresses_by_person ON person_addresses (person_no, channel_id);
CREATE INDEX person_addresses_by_conversation ON person_addresses (conversation_id) WHERE conversation_id IS NOT NULL;

-- What queries ask, a narrow row per person, without any index on what changes with every message: a question passes over all of it.
-- Custom properties are in p1..p40, as `properties.slot` says: texts folded, booleans 0 and 1, dates in epoch ms.
CREATE TABLE person_facts (
  no INTEGER PRIMARY KEY REFERENCES people (no) ON DELETE CASCADE,
  ticket_status INTEGER CHECK (ticket_status IN (0, 1, 2)),
  ticket_changed_at INTEGER,
  last_reply_at INTEGER,
  created_at INTEGER NOT NULL,
  -- Ids between spaces, ' demo-whatsapp demo-telegram '; '' = none.
  channels TEXT NOT NULL DEFAULT '',
  last_campaign_id TEXT,
  -- Folded as in domain/search.ts; null = has yet to be, which this migration cannot do for other scripts than ASCII.
  name TEXT,
  p1 ANY, p2 ANY, p3 ANY, p4 ANY, p5 ANY, p6 ANY, p7 ANY, p8 ANY,
  p9 ANY, p10 ANY, p11 ANY, p12 ANY, p13 ANY, p14 ANY, p15 ANY, p16 ANY,
  p17 ANY, p18 ANY, p19 ANY, p20 ANY, p21 ANY, p22 ANY, p23 ANY, p24 ANY,
  p25 ANY, p26 ANY, p27 ANY, p28 ANY, p29 ANY, p30 ANY, p31 ANY, p32 ANY,
  p33 ANY, p34 ANY, p35 ANY, p36 ANY, p37 ANY, p38 ANY, p39 ANY, p40 ANY
) STRICT;
CREATE INDEX person_facts_to_fold ON person_facts (no) WHERE name IS NULL;

CREATE TABLE properties (
  key TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date')),
  slot INTEGER NOT NULL UNIQUE CHECK (slot BETWEEN 1 AND 40),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE segments (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- The name folded: two that look the same are one.
  name_key TEXT NOT NULL UNIQUE,
  query TEXT NOT NULL CHECK (json_valid(query)),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Everybody who has written already: a person per address, with the conversation that wrote last. WhatsApp's spellings of one number are
-- one, as in domain/address.ts; a second conversation of an address is kept under an identity that no address has.
CREATE TABLE people_to_make AS
  SELECT *, row_number() OVER (PARTITION BY identity, channel_id ORDER BY rid DESC) AS nth FROM (
    SELECT *, CASE
      WHEN provider <> 'whatsapp' THEN address
      WHEN ltrim(address, '+') GLOB '*[^0-9]*' THEN address
      -- A pattern for the whole number would be longer than the 50 bytes that D1 takes.
      WHEN length(ltrim(address, '+')) = 13 AND ltrim(address, '+') GLOB '55??9*'
        THEN substr(ltrim(address, '+'), 1, 4) || substr(ltrim(address, '+'), 6)
      WHEN length(ltrim(address, '+')) = 13 AND ltrim(address, '+') GLOB '549*' THEN '54' || substr(ltrim(address, '+'), 4)
      ELSE ltrim(address, '+') END AS identity
    FROM conversations);
INSERT INTO people (id, name, conversation_id, created_at, updated_at)
  SELECT id, name, id, last_inbound_at, last_inbound_at FROM people_to_make WHERE nth = 1 ORDER BY rid;
INSERT INTO person_addresses (identity, channel_id, person_no, address, conversation_id)
  SELECT m.identity, m.channel_id, p.no, m.address, m.id FROM people_to_make m JOIN people p ON p.id = m.id WHERE m.nth = 1;
INSERT INTO person_addresses (identity, channel_id, person_no, address, conversation_id)
  SELECT ' ' || m.id, m.channel_id, a.person_no, m.address, m.id
  FROM people_to_make m JOIN person_addresses a ON a.identity = m.identity AND a.channel_id = m.channel_id WHERE m.nth > 1;
INSERT INTO person_facts (no, ticket_status, ticket_changed_at, last_reply_at, created_at, channels, last_campaign_id, name)
  SELECT p.no, m.ticket_status, m.ticket_changed_at, m.last_inbound_at, p.created_at, ' ' || m.channel_id || ' ', m.campaign_id,
    CASE WHEN m.name NOT GLOB '*[^ -~]*' THEN lower(m.name) END
  FROM people_to_make m JOIN people p ON p.id = m.id WHERE m.nth = 1;
DROP TABLE people_to_make;
