-- Why: the audit keeps its rows for ever, and a person who is erased must not be found in it. So it names people and their conversations by
-- a pseudonym, a keyed hash that leads nowhere by itself; these rows lead back to the living, and erasing somebody takes theirs away.
CREATE TABLE pseudonyms (
  pseudonym TEXT PRIMARY KEY,
  -- 'conversation' or 'person'.
  type TEXT NOT NULL,
  id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- REPLACE takes a row out without asking the trigger of DELETE: what is there already keeps a second one of its id from coming.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
  BEGIN SELECT raise(IGNORE); END;
