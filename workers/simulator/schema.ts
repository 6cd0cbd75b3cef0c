import type { ObjectSchema } from '../object-schema';

/** The simulator's own schema, append-only. Times in epoch ms. */
const steps: readonly string[] = [
  `
  -- Where to post webhooks, the faults in force, how far the demo is seeded.
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- One end user on one channel; id is the id of the conversation.
  CREATE TABLE phones (
    id TEXT PRIMARY KEY,
    channel_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT,
    is_open INTEGER NOT NULL,
    last_text TEXT NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- What is on the phones, in order of arrival. message_id is Parley's id of an agent's message.
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    phone_id TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    message_id TEXT,
    sender TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    buttons TEXT NOT NULL,
    reply_to TEXT,
    reaction TEXT,
    edited INTEGER NOT NULL DEFAULT 0,
    revoked INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    detail TEXT
  ) STRICT;
  CREATE INDEX messages_by_phone ON messages (phone_id, seq);
  CREATE INDEX messages_by_message_id ON messages (message_id) WHERE message_id IS NOT NULL;
  -- Every send that Parley asked of a provider: a message id that comes twice was sent twice.
  CREATE TABLE calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    answer TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX calls_by_message_id ON calls (message_id);
  -- Webhooks to post, and how the posted ones went. status is null until answered; due_at null = held back by a fault.
  CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    phone_id TEXT NOT NULL,
    provider_message_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    what TEXT NOT NULL,
    body TEXT NOT NULL,
    copies INTEGER NOT NULL,
    due_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX posts_due ON posts (due_at) WHERE due_at IS NOT NULL;
  `,
  `
  -- Whether the end user has blocked the brand.
  ALTER TABLE phones ADD COLUMN is_blocked INTEGER NOT NULL DEFAULT 0;
  -- JSON of the file in it; the campaign's mark in its buttons.
  ALTER TABLE messages ADD COLUMN media TEXT;
  ALTER TABLE messages ADD COLUMN token TEXT;
  `,
];

export const schema: ObjectSchema = { steps };
