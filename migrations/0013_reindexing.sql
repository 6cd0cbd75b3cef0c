-- Why: a campaign in a ticket status, and a campaign on a day, are asked for all the time and are lists of the index of their own from here
-- on (docs/decisions/0020). SQL cannot split the texts of the entries that are there, so the hub writes those anew after the deploy.

-- A row while that is being done: entries up to this recency id have been. Lists ask as before until it is gone.
CREATE TABLE reindexing (after INTEGER NOT NULL) STRICT;
INSERT INTO reindexing (after) SELECT -9007199254740991 WHERE EXISTS (SELECT 1 FROM conversations);
