-- Why: who did what, when, has to be answerable for ever, and nobody may be able to make it otherwise afterwards.

-- Nothing that people write to each other, no secret, no number or address: ids, names of those who act, and what changed.
CREATE TABLE audit (
  -- A repeat of the same act is the same row.
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  -- null: nobody signed in, as with a set-up token, a provider or the clock.
  actor_id TEXT,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details))
) STRICT;
CREATE INDEX audit_by_time ON audit (at, id);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
