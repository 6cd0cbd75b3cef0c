-- Why: another system may report its campaigns and what it sends, without anybody's sign-in, for as long as an Admin lets it.

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- SHA-256 of the key, hex. The key itself is 256 random bits, shown once and kept nowhere.
  key_hash TEXT NOT NULL UNIQUE,
  -- Its first characters, by which people tell keys apart.
  prefix TEXT NOT NULL,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  created_by TEXT NOT NULL,
  created_by_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  -- Noted at most once a minute.
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
