-- Why: agents answer the same questions all day. What Admins have written once is put into a draft by a few keys, and names are filled in.

CREATE TABLE saved_replies (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- The name folded: two that look the same are one.
  name_key TEXT NOT NULL UNIQUE,
  -- With its placeholders (domain/saved-reply.ts).
  text TEXT NOT NULL,
  -- How often it was put into a draft.
  used INTEGER NOT NULL DEFAULT 0,
  -- Rises with every change of its words: two who change it at once are told of each other.
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by_name TEXT NOT NULL
) STRICT;
