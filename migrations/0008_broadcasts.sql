-- Why: a campaign's messages are answered; each recipient counts once, and a reply that is quicker than our records finds its campaign later.

ALTER TABLE campaign_sends ADD COLUMN replied_at INTEGER;
-- The message that counts as the reply: a better look may find that it answers another send.
ALTER TABLE campaign_sends ADD COLUMN reply_id TEXT;

CREATE TRIGGER campaign_sends_replied AFTER UPDATE OF replied_at ON campaign_sends
WHEN (OLD.replied_at IS NULL) <> (NEW.replied_at IS NULL)
BEGIN
  UPDATE campaigns SET replied = replied + iif(NEW.replied_at IS NULL, -1, 1) WHERE id = NEW.campaign_id;
END;

-- Replies that name a message or a mark which no send has (yet). `key` is `id:` and the provider's id, `token:` and the token, or
-- `send:` and our own id of the send.
CREATE TABLE unmatched_replies (
  channel_id TEXT NOT NULL,
  key TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  -- What the conversation asked, as JSON: it asks again when a send with that key is recorded.
  question TEXT NOT NULL CHECK (json_valid(question)),
  at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, key, conversation_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unmatched_replies_by_time ON unmatched_replies (at);
