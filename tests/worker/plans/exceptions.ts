/**
 * A statement that may cost more with every row. `statement`: a part of its text, in one line and without double quotes, as the failure
 * shows it; `steps`: the lines of its plan that are meant, whole.
 */
export type Exception = { statement: string; steps: readonly string[]; why: string };

const SORT = 'USE TEMP B-TREE FOR ORDER BY';

/** One that no statement needs any more fails the run of all tests. */
export const exceptions: readonly Exception[] = [
  {
    statement: 'from person_facts as f where',
    steps: ['SCAN f', SORT],
    why: 'A question to people passes over their narrow rows, whatever it asks (docs/decisions/0010).',
  },
  {
    statement: 'update person_facts set p1 = null where p1 is not null',
    steps: ['SCAN person_facts'],
    why: 'A property that an Admin removes is taken out of everybody who has it.',
  },
  {
    statement: 'update people set properties = json_remove(properties, ?) where',
    steps: ['SCAN people'],
    why: 'A property that an Admin removes is taken out of everybody who has it.',
  },
  {
    statement: 'from audit as a left join pseudonyms as p',
    steps: ['SCAN a USING INDEX audit_by_time'],
    why: 'Pages of the audit walk it from the newest act on until they are full; an index for each filter would be a written row an act.',
  },
  {
    statement: 'select count(*) as total from audit as a where',
    steps: ['SCAN a'],
    why: 'The acts of an export are counted once, for the act that says so.',
  },
  {
    statement: 'delete from campaigns where id = ? and version = ? and status = ?',
    steps: ['SCAN campaign_sends'],
    why: 'SQLite looks for sends of a draft that is removed: a tenth of a second a million, now and then; an index would be a written row a send.',
  },
  {
    statement: 'sum(n) AS n FROM milestone_counts WHERE scope =',
    steps: ['USE TEMP B-TREE FOR GROUP BY'],
    why: 'A report passes over the half hours of its period, a week at a time.',
  },
  {
    statement: 'FROM conversations_fts WHERE rowid > CAST(?1 AS INTEGER) ORDER BY rowid LIMIT',
    steps: ['SCAN conversations_fts VIRTUAL TABLE INDEX 64:>'],
    why: 'Building anew sweeps the whole index, so many entries a step.',
  },
  {
    statement: 'DELETE FROM unmatched_replies WHERE conversation_id IN',
    steps: ['SCAN unmatched_replies USING INDEX unmatched_replies_by_time'],
    why: 'Erasing somebody passes over the replies of a week whose campaign is not known yet.',
  },
  {
    statement: 'DELETE FROM import_rows WHERE person_id = ?2 OR EXISTS',
    steps: ['SCAN import_rows'],
    why: 'Erasing somebody passes over the files that are being read at the moment.',
  },
  {
    statement: 'address IN (SELECT value FROM json_each(?1)) OR identity IN (SELECT value FROM json_each(?1))',
    steps: ['SCAN recipients'],
    why: 'Erasing somebody passes over the recipients of each campaign on their channels; an index would be a written row a recipient.',
  },
  {
    statement: "SELECT message->>'id' AS id, provider_message_id FROM messages",
    steps: ['SCAN messages'],
    why: 'Erasing a conversation reads what its messages are known by elsewhere.',
  },
  {
    statement: 'SELECT message FROM messages WHERE version > ? ORDER BY seq LIMIT ?',
    steps: ['SCAN messages'],
    why: 'Who comes back passes over the messages of the one conversation; an index would be a written row a message.',
  },
  {
    statement: 'campaign_sends SET replied_at = sent_at WHERE replied_at IS NULL AND campaign_id IN',
    steps: ['SCAN campaign_sends'],
    why: 'The demo counts what it has just made.',
  },
  {
    statement: 'FROM (SELECT campaign_id, count(*) AS n FROM campaign_sends GROUP BY campaign_id) AS s',
    steps: ['SCAN campaign_sends', 'USE TEMP B-TREE FOR GROUP BY'],
    why: 'The demo counts what it has just made.',
  },
  {
    statement: 'FROM phones',
    steps: ['SCAN phones', SORT],
    why: 'The simulator shows all of its phones, which are those of a demo.',
  },
  {
    statement: 'UPDATE posts SET due_at = ? WHERE due_at IS NULL AND status IS NULL',
    steps: ['SCAN posts'],
    why: 'The simulator holds a demo: what it held back is let go when somebody says so.',
  },
  {
    statement: 'DELETE FROM posts WHERE phone_id IN',
    steps: ['SCAN posts'],
    why: 'The simulator looks through what it posted in a demo.',
  },
  {
    statement: 'FROM posts WHERE status IS NOT NULL ORDER BY at DESC',
    steps: ['SCAN posts', SORT],
    why: 'The simulator shows what it posted last in a demo.',
  },
  {
    statement: 'AS held FROM posts WHERE phone_id = ?',
    steps: ['SCAN posts'],
    why: 'The simulator looks through what it posted in a demo.',
  },
  {
    statement: 'SELECT no, ids FROM unwritten',
    steps: ['SCAN unwritten'],
    why: 'A hub that opens reads what it had not written: as many rows as there were batches under way.',
  },
];
