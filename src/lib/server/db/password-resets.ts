import type { Agent } from '../../domain/role';
import { recording } from './audit';
import { batch, database, type Db } from './client';
import { withPassword } from './user-changes';
import { find } from './users';

/** A link to a new password lasts so long. */
export const RESET_MS = 24 * 3_600_000;

/** Makes a link; any other one of that user is dead. False when there is no such user. */
export async function create(d1: D1Database, userId: string, tokenHash: string, by: Agent, now: number): Promise<boolean> {
  const db = database(d1);
  if (!(await find(db, userId))) return false;
  const row = { token_hash: tokenHash, created_at: now, expires_at: now + RESET_MS, used_at: null };
  await batch(d1, [
    db
      .insertInto('password_resets')
      .values({ user_id: userId, ...row })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row)),
    recording(db, { at: now, actor: by, action: 'user.password_reset_sent', subject: { type: 'user', id: userId } }),
  ]);
  return true;
}

/** Whose link it is, by the hash of its token; null when it cannot be used, for whatever reason. */
export async function usable(
  db: Db,
  tokenHash: string,
  now: number,
): Promise<{ id: string; name: string; email: string } | null> {
  const query = db
    .selectFrom('password_resets')
    .innerJoin('users', 'users.id', 'password_resets.user_id')
    .select(['users.id', 'users.name', 'users.email'])
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .where('disabled_at', 'is', null);
  return (await query.executeTakeFirst()) ?? null;
}

/**
 * Sets the password that the link is for, once; answers whose, or null. A link that is used up or replaced in the same moment leaves a
 * column empty that must not be, and the whole batch fails.
 */
export async function use(
  d1: D1Database,
  tokenHash: string,
  passwordHash: string,
  now: number,
): Promise<{ id: string; email: string } | null> {
  // prettier-ignore
  const db = database(d1);
  const user = await usable(db, tokenHash, now);
  if (!user) return null;
  try {
    await batch(d1, [
      db
        .updateTable('password_resets')
        .set((eb) => ({
          used_at: now,
          token_hash: eb.cast<string>(
            eb
              .case()
              .when(eb.and([eb('token_hash', '=', tokenHash), eb('used_at', 'is', null)]))
              .then(tokenHash)
              .end(),
            'text',
          ),
        }))
        .where('user_id', '=', user.id),
      withPassword(db, user.id, passwordHash, now),
      recording(db, { at: now, actor: user, action: 'user.password_reset', subject: { type: 'user', id: user.id } }),
    ]);
  } catch (error) {
    if (await usable(db, tokenHash, now)) throw error;
    return null;
  }
  return user;
}
