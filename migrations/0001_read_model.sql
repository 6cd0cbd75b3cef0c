-- Why: lists, search, filters and counts over millions of conversations need one indexed place; each conversation's object stays the truth.

-- A row per conversation, written only through the version guard. `rid` is the recency id: milliseconds of `last_inbound_at` since
-- 2026-01-01, times 16384, plus a tie-breaking slot. Tab, sort and page are ranges of it, so that no row is written when a tab changes.
CREATE TABLE conversations (
  rid INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  channel_id TEXT NOT NULL,
  provider TEXT NOT NULL CHECK (provider IN ('whatsapp', 'messenger', 'telegram', 'webhook')),
  contact_id TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  preview TEXT NOT NULL,
  preview_direction TEXT NOT NULL CHECK (preview_direction IN ('inbound', 'outbound')),
  campaign_id TEXT,
  campaign_match TEXT CHECK (campaign_match IN ('exact', 'token', 'ref', 'inferred')),
  ticket_status INTEGER NOT NULL CHECK (ticket_status IN (0, 1, 2)),
  last_inbound_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  send_window_until INTEGER,
  unread INTEGER NOT NULL,
  unanswered INTEGER NOT NULL CHECK (unanswered IN (0, 1)),
  lock_agent_id TEXT,
  lock_agent_name TEXT,
  lock_since INTEGER,
  CHECK ((campaign_id IS NULL) = (campaign_match IS NULL)),
  CHECK ((lock_agent_id IS NULL) = (lock_since IS NULL) AND (lock_agent_id IS NULL) = (lock_agent_name IS NULL))
) STRICT;

-- Beginnings of the words of name and latest message, and one token per filter value. The text arrives as ready tokens split by
-- spaces: `ascii` splits at nothing else, as every character beyond ASCII is a token character to it. Keeps no text and no positions.
CREATE VIRTUAL TABLE conversations_fts USING fts5(
  body, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
-- A quarter more writes a second than the default of 4; 16 stalls.
INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('automerge', 8);

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  template TEXT NOT NULL,
  status TEXT NOT NULL,
  ref TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX campaigns_by_ref ON campaigns (channel_id, ref, created_at) WHERE ref IS NOT NULL;

CREATE TABLE campaign_labels (
  campaign_id TEXT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  PRIMARY KEY (campaign_id, label)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_labels_by_label ON campaign_labels (label);

-- What each campaign sent to whom, so that a reply finds its campaign.
CREATE TABLE campaign_sends (
  id TEXT PRIMARY KEY,
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  channel_id TEXT NOT NULL,
  address TEXT NOT NULL,
  provider_message_id TEXT,
  token TEXT UNIQUE,
  text TEXT NOT NULL,
  buttons TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(buttons)),
  sent_at INTEGER NOT NULL,
  UNIQUE (channel_id, provider_message_id)
) STRICT;
CREATE INDEX campaign_sends_by_address ON campaign_sends (channel_id, address, sent_at);

-- Configured numbers, pages, bots and apps.
CREATE TABLE channels (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL CHECK (provider IN ('whatsapp', 'messenger', 'telegram', 'webhook')),
  name TEXT NOT NULL,
  account_id TEXT NOT NULL,
  secrets TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Authentic webhook parts that could not be understood: kept once each, counted.
CREATE TABLE dead_letters (
  channel_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  reason TEXT NOT NULL,
  body TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (channel_id, hash)
) STRICT;
