/**
 * A shared inbox on PostgreSQL as the widest-spread open one documents it: an account, inboxes, contacts, conversations by status with
 * campaigns, labels as taggings, messages with a trigram index. Written from its public documentation, with the columns that lists and
 * searches touch and the indexes that they could use.
 */
export const tables = `
CREATE EXTENSION pg_trgm;
CREATE TABLE contacts (
  id bigint PRIMARY KEY, account_id int NOT NULL, name text NOT NULL, email text, phone_number text, identifier text,
  additional_attributes jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL, last_activity_at timestamptz);
CREATE TABLE campaigns (id int PRIMARY KEY, account_id int NOT NULL, title text NOT NULL, inbox_id int NOT NULL);
CREATE TABLE conversations (
  id bigint PRIMARY KEY, account_id int NOT NULL, inbox_id int NOT NULL, status int NOT NULL, assignee_id int, contact_id bigint NOT NULL,
  display_id int NOT NULL, campaign_id int, cached_label_list text, priority int, uuid text NOT NULL, waiting_since timestamptz,
  agent_last_seen_at timestamptz, additional_attributes jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL,
  last_activity_at timestamptz NOT NULL);
CREATE TABLE messages (
  id bigint PRIMARY KEY, account_id int NOT NULL, inbox_id int NOT NULL, conversation_id bigint NOT NULL, message_type int NOT NULL,
  content text, sender_id bigint, private boolean NOT NULL DEFAULT false, source_id text, created_at timestamptz NOT NULL);
CREATE TABLE tags (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE taggings (tag_id int NOT NULL, taggable_id bigint NOT NULL, taggable_type text NOT NULL, context text NOT NULL);
`;

/** After the rows, which is quicker. */
export const indexes = `
CREATE INDEX ON contacts (account_id);
CREATE INDEX ON contacts (account_id, last_activity_at DESC NULLS LAST);
CREATE INDEX ON contacts USING gin (name gin_trgm_ops, email gin_trgm_ops, phone_number gin_trgm_ops, identifier gin_trgm_ops);
CREATE UNIQUE INDEX ON conversations (account_id, display_id);
CREATE INDEX ON conversations (account_id, inbox_id, status, assignee_id);
CREATE INDEX ON conversations (status, account_id);
CREATE INDEX ON conversations (assignee_id, account_id);
CREATE INDEX ON conversations (campaign_id);
CREATE INDEX ON conversations (contact_id);
CREATE INDEX ON conversations (inbox_id);
CREATE INDEX ON messages (account_id, inbox_id);
CREATE INDEX ON messages (conversation_id, account_id, message_type, created_at);
CREATE INDEX ON messages (created_at);
CREATE INDEX ON messages USING gin (content gin_trgm_ops);
CREATE INDEX ON tags (name);
CREATE INDEX ON taggings (taggable_id, taggable_type, context);
CREATE INDEX ON taggings (tag_id);
VACUUM ANALYZE;
`;
