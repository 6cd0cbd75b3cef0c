/**
 * The object's own schema, append-only: an entry that has landed never changes. Applied before anything is looked for or kept;
 * `schema_version` (a key of `meta`) says how many have been.
 */
const migrations: readonly string[] = [
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

/** Whether an object has a schema at all. Looking makes none. */
export const isMade = ({ sql }: DurableObjectStorage): boolean =>
  sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'").toArray().length > 0;

/** Brings an object's storage to the newest schema; all or nothing, and nothing when it is there already. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID');
    const [row] = sql.exec<{ value: number }>("SELECT value FROM meta WHERE key = 'schema_version'").toArray();
    const applied = row?.value ?? 0;
    if (applied > migrations.length)
      throw new Error(`storage is of a newer schema (${applied}) than this code (${migrations.length})`);
    if (applied === migrations.length) return;
    for (const migration of migrations.slice(applied)) sql.exec(migration);
    sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('schema_version', ?)", migrations.length);
  });
}
