-- Why: channels are set up, rotated and watched in the dashboard, and a new provider must not need a migration. SQLite cannot drop a
-- CHECK, so the two tables that listed the providers are made anew. Which providers there are is the code's knowledge (provider-rules.ts).

-- Nothing refers to this table by a foreign key. `updated_at` of what is there is the time it was made.
CREATE TABLE channels_new (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  name TEXT NOT NULL,
  account_id TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
  secrets TEXT NOT NULL,
  -- While a secret is rotated: what came before, encrypted alike, and until when (epoch ms) it is still taken.
  previous_secrets TEXT,
  previous_until INTEGER,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((previous_secrets IS NULL) = (previous_until IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO channels_new (id, provider, name, account_id, secrets, enabled, created_at, updated_at)
  SELECT id, provider, name, account_id, secrets, enabled, created_at, created_at FROM channels;
DROP TABLE channels;
ALTER TABLE channels_new RENAME TO channels;

-- The same as before but for the CHECK on `provider`. The rows keep their `rid`, by which the full-text table knows them: it keeps no
-- text of its own and is left as it is.
CREATE TABLE conversations_new (
  rid INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  channel_id TEXT NOT NULL,
  provider TEXT NOT NULL,
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
INSERT INTO conversations_new SELECT * FROM conversations;
DROP TABLE conversations;
ALTER TABLE conversations_new RENAME TO conversations;

-- Approved texts that may be sent when free text may not. `provider` rows are replaced by each sync, `manual` ones by nobody but an Admin.
CREATE TABLE templates (
  channel_id TEXT NOT NULL,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  category TEXT NOT NULL,
  header TEXT,
  body TEXT NOT NULL,
  footer TEXT,
  buttons TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(buttons)),
  source TEXT NOT NULL CHECK (source IN ('provider', 'manual')),
  synced_at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, name, language)
) STRICT, WITHOUT ROWID;
