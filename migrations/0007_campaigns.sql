-- Why: campaigns are written, reviewed and steered in the dashboard. Their sending is an object's; figures here are its, only forward.

ALTER TABLE campaigns ADD COLUMN content TEXT NOT NULL DEFAULT '{"text":"","buttons":[],"template":null,"values":{}}' CHECK (json_valid(content));
-- `{ segmentId }`; null = everybody who has an address on the channel.
ALTER TABLE campaigns ADD COLUMN audience TEXT NOT NULL DEFAULT '{"segmentId":null}' CHECK (json_valid(audience));
ALTER TABLE campaigns ADD COLUMN scheduled_at INTEGER;
-- `api`: another system owns it and reports its sends.
ALTER TABLE campaigns ADD COLUMN source TEXT NOT NULL DEFAULT 'parley' CHECK (source IN ('parley', 'api'));
-- Rises with every change by a person: of two who change the same, the second is told.
ALTER TABLE campaigns ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE campaigns ADD COLUMN created_by TEXT;
ALTER TABLE campaigns ADD COLUMN created_by_name TEXT;
ALTER TABLE campaigns ADD COLUMN updated_by_name TEXT;
ALTER TABLE campaigns ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
-- What was said when it was submitted, approved and sent back, in order.
ALTER TABLE campaigns ADD COLUMN review TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(review));
ALTER TABLE campaigns ADD COLUMN started_at INTEGER;
ALTER TABLE campaigns ADD COLUMN finished_at INTEGER;
ALTER TABLE campaigns ADD COLUMN recipients INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN unknown INTEGER NOT NULL DEFAULT 0;
-- How many recipients have replied, each once.
ALTER TABLE campaigns ADD COLUMN replied INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN figures_version INTEGER NOT NULL DEFAULT 0;

-- What was there before came from elsewhere.
UPDATE campaigns SET
  source = 'api',
  status = 'running',
  updated_at = created_at,
  content = json_object('text', template, 'buttons', json('[]'), 'template', json('null'), 'values', json('{}'));

CREATE INDEX campaigns_by_created ON campaigns (created_at, id);
