import type { ObjectSchema } from '../object-schema';

const steps: readonly string[] = [
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
  `
  -- An id of our own says its place (draft.ts), so that only ids which a dashboard gave are looked up: a written row a message less.
  CREATE TABLE messages_3 (
    seq INTEGER PRIMARY KEY,
    given_id TEXT,
    provider_message_id TEXT,
    version INTEGER NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  INSERT INTO messages_3
    SELECT seq, CASE WHEN id NOT GLOB '????????????-' || seq THEN id END, provider_message_id, version, message FROM messages;
  DROP TABLE messages;
  ALTER TABLE messages_3 RENAME TO messages;
  CREATE UNIQUE INDEX messages_by_given_id ON messages (given_id) WHERE given_id IS NOT NULL;
  CREATE INDEX messages_by_provider_id ON messages (provider_message_id) WHERE provider_message_id IS NOT NULL;
  `,
];

const whole = `
  -- The conversation without its messages (JSON of the domain's Conversation), and how far the read model has it.
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    conversation TEXT NOT NULL,
    version INTEGER NOT NULL,
    projected_version INTEGER NOT NULL,
    project_attempts INTEGER NOT NULL,
    project_at INTEGER NOT NULL
  ) STRICT;
  -- One row a message; the columns beside the JSON are what is looked up. given_id: the id that a dashboard gave it; null = its own,
  -- which says its place.
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    given_id TEXT,
    provider_message_id TEXT,
    version INTEGER NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX messages_by_given_id ON messages (given_id) WHERE given_id IS NOT NULL;
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
  -- Work that a commit promised: what kind, and for which message.
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    message_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    UNIQUE (kind, message_id)
  ) STRICT;
  -- Texts there is one of.
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** The tables of a conversation's object. Brought up to date before anything is looked for or kept. */
export const schema: ObjectSchema = { steps, whole };
