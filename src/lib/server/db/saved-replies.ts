import { sql } from 'kysely';
import { MAX_REPLIES, replyKey, type ReplyWords, type SavedReply } from '../../domain/saved-reply';
import { recordingIfChanged, type AuditEntry } from './audit';
import { batch, database, hasChanged, type Db } from './client';

const columns = ['id', 'name', 'text', 'used', 'version', 'updated_at', 'updated_by_name'] as const;

/** All replies, by name. */
export async function list(db: Db): Promise<SavedReply[]> {
  const rows = await db.selectFrom('saved_replies').select(columns).orderBy('name_key').execute();
  return rows.map(replyOf);
}

/** A reply; null when there is none. */
export async function find(db: Db, id: string): Promise<SavedReply | null> {
  const row = await db.selectFrom('saved_replies').select(columns).where('id', '=', id).executeTakeFirst();
  return row ? replyOf(row) : null;
}

/** The reply of that name, however it is spelled: case and accents are no difference. */
export async function byName(db: Db, name: string): Promise<{ id: string; name: string } | null> {
  const query = db.selectFrom('saved_replies').select(['id', 'name']).where('name_key', '=', replyKey(name));
  return (await query.executeTakeFirst()) ?? null;
}

/** What is to be stored, by whom (their name) and when (epoch ms). */
type Saving = ReplyWords & { id: string; by: string; at: number };

/** Adds a reply. False when its id or its name is there already, or there are as many as there may be; nothing has changed then. */
export async function add(d1: D1Database, { id, name, text, by, at }: Saving, act: AuditEntry): Promise<boolean> {
  const db = database(d1);
  const values = sql<never>`select ${id}, ${name}, ${replyKey(name)}, ${text}, 1, ${at}, ${at}, ${by}
    where (select count(*) from saved_replies) < ${MAX_REPLIES}`;
  const adding = db
    .insertInto('saved_replies')
    .columns(['id', 'name', 'name_key', 'text', 'version', 'created_at', 'updated_at', 'updated_by_name'])
    .expression(values)
    .onConflict((conflict) => conflict.doNothing());
  const [added] = await batch(d1, [adding, recordingIfChanged(db, act)]);
  return hasChanged(added);
}

/** Changes the reply that has this version. False when there is none such, or another one has the name; nothing has changed then. */
export async function change(
  d1: D1Database,
  { id, name, text, by, at, version }: Saving & { version: number },
  act: AuditEntry,
): Promise<boolean> {
  const db = database(d1);
  const name_key = replyKey(name);
  const changing = db
    .updateTable('saved_replies')
    .set({ name, name_key, text, version: version + 1, updated_at: at, updated_by_name: by })
    .where('id', '=', id)
    .where('version', '=', version)
    .where(sql<boolean>`not exists (select 1 from saved_replies where name_key = ${name_key} and id <> ${id})`);
  const [changed] = await batch(d1, [changing, recordingIfChanged(db, act)]);
  return hasChanged(changed);
}

/** Removes a reply. False when there is none such (any more). */
export async function remove(d1: D1Database, id: string, act: AuditEntry): Promise<boolean> {
  const db = database(d1);
  const removing = db.deleteFrom('saved_replies').where('id', '=', id);
  const [removed] = await batch(d1, [removing, recordingIfChanged(db, act)]);
  return hasChanged(removed);
}

/** Counts a use. Of a reply that is not there (any more) nothing is counted. */
export async function countUse(db: Db, id: string): Promise<void> {
  await db
    .updateTable('saved_replies')
    .set({ used: sql<number>`used + 1` })
    .where('id', '=', id)
    .execute();
}

type Row = Pick<SavedReply, 'id' | 'name' | 'text' | 'used' | 'version'> & { updated_at: number; updated_by_name: string };

const replyOf = ({ updated_at: updatedAt, updated_by_name: updatedBy, ...rest }: Row): SavedReply => ({
  ...rest,
  updatedAt,
  updatedBy,
});
