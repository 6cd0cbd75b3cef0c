-- Why: a conversation can be set aside until a moment; lists show until when, and whoever set it aside is told when it is back
-- (docs/decisions/0025). No index: the filter goes through the text index, whose entries of what is not snoozed stay as they are.
ALTER TABLE conversations ADD COLUMN snoozed_until INTEGER;
-- Also while the ticket is New because the snooze has ended.
ALTER TABLE conversations ADD COLUMN snoozed_by TEXT;
