import type { ObjectSchema } from '../object-schema';

/** The object's own schema, append-only: an entry that has landed never changes. `schema_version` says how many have been applied. */
const steps: readonly string[] = [
  `
  -- What there is one of: the plan, the phase, how far the audience is gathered, the tally, what D1 has of it.
  CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- One row a recipient; identity is the address in its one spelling, so that nobody is written to twice.
  CREATE TABLE recipients (
    seq INTEGER PRIMARY KEY,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    identity TEXT NOT NULL UNIQUE,
    message TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    code TEXT,
    provider_message_id TEXT,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    called_at INTEGER,
    is_recorded INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX recipients_due ON recipients (due_at, seq) WHERE outcome = 'queued';
  CREATE INDEX recipients_called ON recipients (called_at) WHERE outcome = 'sending';
  CREATE INDEX recipients_unrecorded ON recipients (seq) WHERE is_recorded = 0;
  CREATE INDEX recipients_by_outcome ON recipients (outcome, seq);
  `,
  // Few are being called at a time, and they are found by their outcome: an index of them was a written row a recipient for nothing.
  `DROP INDEX recipients_called;`,
];

export const schema: ObjectSchema = { steps };
