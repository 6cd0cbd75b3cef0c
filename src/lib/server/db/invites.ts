import type { Compilable } from 'kysely';
import type { Agent, Role } from '../../domain/role';
import { recording } from './audit';
import { batch, database, type Db } from './client';

/** An invite lasts so long. */
export const INVITE_MS = 7 * 24 * 3_600_000;

/** One that can still be used, or that has run out. Times are epoch ms. */
export type Invite = { id: string; email: string; role: Role; createdAt: number; expiresAt: number };

const openOnes = (db: Db) => db.selectFrom('invites').where('used_at', 'is', null).where('revoked_at', 'is', null);
const columns = ['id', 'email', 'role', 'created_at as createdAt', 'expires_at as expiresAt'] as const;

/** Those that nobody has used or revoked, the latest first. */
export const list = (db: Db): Promise<Invite[]> => openOnes(db).select(columns).orderBy('created_at', 'desc').execute();

export async function find(db: Db, id: string): Promise<Invite | null> {
  return (await openOnes(db).select(columns).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** The invite of a link, by the hash of its token; null when it cannot be used, for whatever reason. */
export async function usable(db: Db, tokenHash: string, now: number): Promise<Invite | null> {
  const query = openOnes(db).select(columns).where('token_hash', '=', tokenHash).where('expires_at', '>', now);
  return (await query.executeTakeFirst()) ?? null;
}

export type NewInvite = { id: string; email: string; role: Role; tokenHash: string };

/** Invites somebody. False when there is an invite for that address already that can still be used. */
export async function create(
  d1: D1Database,
  { id, email, role, tokenHash }: NewInvite,
  by: Agent,
  now: number,
): Promise<boolean> {
  const db = database(d1);
  const existing = await openOnes(db).select('expires_at').where('email', '=', email).executeTakeFirst();
  if (existing && existing.expires_at > now) return false;
  await batch(d1, [
    // One that has run out makes room.
    db
      .updateTable('invites')
      .set({ revoked_at: now })
      .where('email', '=', email)
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '<=', now),
    db.insertInto('invites').values({
      id,
      email,
      role,
      token_hash: tokenHash,
      invited_by: by.id,
      created_at: now,
      expires_at: now + INVITE_MS,
    }),
    recording(db, { at: now, actor: by, action: 'user.invited', subject: { type: 'invite', id }, details: { role } }),
  ]);
  return true;
}

/** A new link for the same invite; the one before it is dead. False when it is used or revoked. */
export async function renew(d1: D1Database, id: string, tokenHash: string, by: Agent, now: number): Promise<boolean> {
  const db = database(d1);
  return change(d1, [
    db
      .updateTable('invites')
      .set({ token_hash: tokenHash, expires_at: now + INVITE_MS })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null),
    recording(db, { at: now, actor: by, action: 'user.invited', subject: { type: 'invite', id }, details: { again: true } }),
  ]);
}

/** Takes an invite back. False when it is used or revoked already. */
export async function revoke(d1: D1Database, id: string, by: Agent, now: number): Promise<boolean> {
  if (!(await find(database(d1), id))) return false;
  const db = database(d1);
  return change(d1, [
    db
      .updateTable('invites')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null),
    recording(db, { id: `revoked:${id}`, at: now, actor: by, action: 'user.invite_revoked', subject: { type: 'invite', id } }),
  ]);
}

async function change(d1: D1Database, queries: Compilable<unknown>[]): Promise<boolean> {
  const [changed] = await batch(d1, queries);
  return (changed?.meta.changes ?? 0) > 0;
}
