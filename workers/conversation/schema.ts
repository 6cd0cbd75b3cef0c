import type { ObjectSchema } from '../object-schema';

// Parts that more than one step has, and the whole. What has landed never changes: a new shape is a part and a step of its own.

/** The conversation without its messages (JSON of the domain's Conversation), and at first how far the read model had it. */
const state = (name: string, projection = '') => `
  CREATE TABLE ${name} (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    conversation TEXT NOT NULL${projection}
  ) STRICT;`;
const projection = `,
    version INTEGER NOT NULL,
    projected_version INTEGER NOT NULL,
    project_attempts INTEGER NOT NULL,
    project_at INTEGER NOT NULL`;

/**
 * `seen_events`: provider events that left no message of their own (reactions, edits, withdrawals), so that their repeats are recognised.
 * `parked_events`: those that came before the message they are about.
 */
const events = `
  CREATE TABLE seen_events (event_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE parked_events (
    id INTEGER PRIMARY KEY,
    target_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (target_id, event)
  ) STRICT;`;

/** Work that a commit promised: of what kind, and for which message. */
const outbox = (name: string, kinds = '') => `
  CREATE TABLE ${name} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL ${kinds},
    message_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    UNIQUE (kind, message_id)
  ) STRICT;`;

/** Texts there is one of: where the conversation has moved to, where agents reach us, what was erased and when. */
const facts = `
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`;

/**
 * One row a message; the columns beside the JSON are what is looked up. `id`: how the message's id is kept. `became`: with the last
 * message, the fields of the conversation that are not as in `state` (JSON); what stands with earlier ones is out of date.
 */
const messages = (name: string, id: string, became = '') => `
  CREATE TABLE ${name} (
    seq INTEGER PRIMARY KEY,
    ${id},
    provider_message_id TEXT,
    version INTEGER NOT NULL,
    message TEXT NOT NULL${became}
  ) STRICT;`;
const became = `,
    became TEXT`;
const byProviderId = `
  CREATE INDEX messages_by_provider_id ON messages (provider_message_id) WHERE provider_message_id IS NOT NULL;`;

/** The id that a dashboard or a campaign gave; null = an id of our own, which says its place (`ownIdOf`). */
const givenId = 'given_id TEXT';
const byGivenId = `
  CREATE UNIQUE INDEX messages_by_given_id ON messages (given_id) WHERE given_id IS NOT NULL;`;

const steps: readonly string[] = [
  state('state', projection) +
    messages('messages', 'id TEXT NOT NULL UNIQUE') +
    byProviderId +
    events +
    outbox('outbox', `CHECK (kind IN ('deliver', 'attribute'))`),
  // More kinds of work than two. SQLite cannot drop a CHECK, so the table is made anew.
  `${outbox('outbox_2')}
  INSERT INTO outbox_2 SELECT id, kind, message_id, payload, due_at, attempts FROM outbox;
  DROP TABLE outbox;
  ALTER TABLE outbox_2 RENAME TO outbox;
  ${facts}`,
  // Only ids that were given are looked up: a written row a message less. What is an id of our own is as `seqOfOwnId` has it.
  `${messages('messages_3', givenId)}
  INSERT INTO messages_3
    SELECT seq, CASE WHEN substr(id, 13) <> '-' || seq OR substr(id, 1, 12) GLOB '*[^0-9a-f]*' THEN id END,
      provider_message_id, version, message
    FROM messages;
  DROP TABLE messages;
  ALTER TABLE messages_3 RENAME TO messages;
  ${byGivenId}${byProviderId}`,
  // The state is written with a message, and the alarm knows what the list may not have: two written rows a message less.
  `${state('state_4')}
  INSERT INTO state_4 SELECT id, conversation FROM state;
  DROP TABLE state;
  ALTER TABLE state_4 RENAME TO state;
  ALTER TABLE messages ADD COLUMN became TEXT;`,
];

const whole =
  state('state') + messages('messages', givenId, became) + byGivenId + byProviderId + events + outbox('outbox') + facts;

/** The tables of a conversation's object. Brought up to date before anything is looked for or kept. */
export const schema: ObjectSchema = { steps, whole };
