import { z } from 'zod';
import type { Agent } from '../../domain/role';
import { recording } from './audit';
import { batch, database, type Db } from './client';

/** A passkey as its owner sees it. Times are epoch ms. */
export type Passkey = { id: string; name: string; createdAt: number; lastUsedAt: number | null };
/** As it is checked: `publicKey` is COSE in base64url. */
export type StoredPasskey = { id: string; userId: string; publicKey: string; counter: number; transports: string[] };

const Transports = z.array(z.string());

export const list = (db: Db, userId: string): Promise<Passkey[]> =>
  db
    .selectFrom('passkeys')
    .select(['id', 'name', 'created_at as createdAt', 'last_used_at as lastUsedAt'])
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute();

export async function find(db: Db, id: string): Promise<StoredPasskey | null> {
  const row = await db.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return null;
  const transports = Transports.parse(JSON.parse(row.transports));
  return { id: row.id, userId: row.user_id, publicKey: row.public_key, counter: row.counter, transports };
}

/** Keeps a new one. Throws when it is somebody's already. */
export async function insert(
  d1: D1Database,
  passkey: Omit<StoredPasskey, 'userId'> & { name: string },
  owner: Pick<Agent, 'id' | 'name'>,
  now: number,
): Promise<void> {
  // prettier-ignore
  const db = database(d1);
  const { id, name, publicKey, counter, transports } = passkey;
  await batch(d1, [
    db.insertInto('passkeys').values({
      id,
      user_id: owner.id,
      name,
      public_key: publicKey,
      counter,
      transports: JSON.stringify(transports),
      created_at: now,
    }),
    recording(db, { at: now, actor: owner, action: 'user.passkey_added', subject: { type: 'user', id: owner.id } }),
  ]);
}

/** Notes a use; `counter` tells a copied authenticator from the real one. */
export async function used(db: Db, id: string, counter: number, now: number): Promise<void> {
  await db.updateTable('passkeys').set({ counter, last_used_at: now }).where('id', '=', id).execute();
}

export async function rename(db: Db, id: string, userId: string, name: string): Promise<boolean> {
  const query = db.updateTable('passkeys').set({ name }).where('id', '=', id).where('user_id', '=', userId);
  return (await query.executeTakeFirst()).numUpdatedRows > 0n;
}

/** Takes one away; only its owner's. */
export async function remove(d1: D1Database, id: string, owner: Agent, now: number): Promise<boolean> {
  const db = database(d1);
  const found = await find(db, id);
  if (found?.userId !== owner.id) return false;
  await batch(d1, [
    db.deleteFrom('passkeys').where('id', '=', id).where('user_id', '=', owner.id),
    recording(db, {
      id: `passkey-removed:${id}`,
      at: now,
      actor: owner,
      action: 'user.passkey_removed',
      subject: { type: 'user', id: owner.id },
    }),
  ]);
  return true;
}
