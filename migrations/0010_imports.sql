-- Why: a file of people is taken whole or not at all, and sent twice it is one import. Its rows wait here until all of them are known.
CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  -- A guard that fails sets null, which the table refuses: the transaction is off.
  status TEXT NOT NULL CHECK (status IN ('staged', 'done')),
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- People as they will be, only while their import is under way.
CREATE TABLE import_rows (
  import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  line INTEGER NOT NULL,
  person_id TEXT NOT NULL,
  -- null: is to be made.
  person_no INTEGER,
  -- `people.updated_at` as it was read.
  seen_at INTEGER,
  -- null: stays as it is. `named`: it is in the file, rather than the address for want of one.
  name TEXT,
  named INTEGER NOT NULL CHECK (named IN (0, 1)),
  folded TEXT,
  properties TEXT NOT NULL,
  channels TEXT NOT NULL,
  -- JSON of the changed columns of `person_facts`, by name.
  facts TEXT NOT NULL,
  -- JSON array of `{ channelId, identity, address }`.
  addresses TEXT NOT NULL,
  PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;
