-- Why: how much came in, how soon it was answered and closed, and what nobody answered is read over weeks, by channel, campaign and agent.
-- Messages are in objects, which cannot be asked all at once, and what the read model has is only how things stand now.

-- What happened to enquiries (domain/milestone.ts), counted by half hours (`slot`: epoch ms at which one begins), once for each of the three
-- things it is asked by: `scope` is channel, campaign or agent, `key` its id. `bucket`: of how long it took, 0 where nothing is measured.
-- Written in the transaction that brings the conversation's row to the version in which it happened, so that each is counted once.
CREATE TABLE milestone_counts (
  scope TEXT NOT NULL,
  slot INTEGER NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, slot, key, kind, bucket)
) STRICT, WITHOUT ROWID;
