/**
 * The object's own schema, append-only: an entry that has landed never changes. Applied before anything is looked for or kept;
 * `schema_version` (a key of `meta`) says how many have been.
 */
export const migrations: readonly string[] = [
  `
  -- The conversation without its messages (JSON of the domain's Conversation), and how far the read model has it.
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    conversation TEXT NOT NULL,
    version INTEGER NOT NULL,
    projected_version INTEGER NOT NULL,
    project_attempts INTEGER NOT NULL,
    project_at INTEGER NOT NULL
  ) STRICT;
  -- One row a message; the columns beside the JSON are what is looked up.
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    provider_message_id TEXT,
    version INTEGER NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX messages_by_provider_id ON messages (provider_message_id) WHERE provider_message_id IS NOT NULL;
  -- Provider events that left no message of their own (reactions, edits, withdrawals): their repeats are recognised here.
  CREATE TABLE seen_events (event_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- Events that came before the message they are about.
  CREATE TABLE parked_events (
    id INTEGER PRIMARY KEY,
    target_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (target_id, event)
  ) STRICT;
  -- Work that a commit promised: kind is 'deliver' or 'attribute', key the message's id.
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('deliver', 'attribute')),
    message_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    UNIQUE (kind, message_id)
  ) STRICT;
  `,
  `
  -- More kinds of work than two: 'deliver', 'attribute', 'fetch' (an attachment), 'alias'. SQLite cannot drop a CHECK, so the table is made anew.
  CREATE TABLE outbox_2 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    message_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    UNIQUE (kind, message_id)
  ) STRICT;
  INSERT INTO outbox_2 SELECT id, kind, message_id, payload, due_at, attempts FROM outbox;
  DROP TABLE outbox;
  ALTER TABLE outbox_2 RENAME TO outbox;
  -- Texts there is one of: 'moved_to' is the conversation that answers for this address; 'origin' where agents reach us.
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
];
