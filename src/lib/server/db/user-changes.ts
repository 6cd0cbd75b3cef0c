import type { Compilable, Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Agent, Role } from '../../domain/role';
import { recording, type AuditEntry } from './audit';
import { batch, database, type Db } from './client';
import type { Database } from './schema';
import { find } from './users';

export type Outcome = 'done' | 'unchanged' | 'last_admin' | 'missing';

/** Whether an Admin is left who may sign in when this one is none any more. */
const isSpared = (eb: ExpressionBuilder<Database, 'users'>, id: string): Expression<SqlBool> =>
  eb.or([
    eb('role', '<>', 'admin'),
    eb('disabled_at', 'is not', null),
    eb.exists(
      eb
        .selectFrom('users as others')
        .select('others.id')
        .where('others.role', '=', 'admin')
        .where('others.disabled_at', 'is', null)
        .where('others.id', '<>', id),
    ),
  ]);

const entry = (action: AuditEntry['action'], id: string, by: Agent, at: number): AuditEntry => ({
  at,
  actor: by,
  action,
  subject: { type: 'user', id },
});

/**
 * Takes an Admin's standing away, but never the last one's: `updated_at` becomes empty then, which it must not be, and the batch fails
 * with everything in it. So two Admins who demote each other at once do not leave a house without one.
 */
async function demoting(d1: D1Database, id: string, change: (db: Db) => Compilable<unknown>[]): Promise<Outcome> {
  const db = database(d1);
  const spared = () => db.selectFrom('users').select('id').where('id', '=', id).where((eb) => isSpared(eb, id)); // prettier-ignore
  try {
    await batch(d1, change(db));
    return 'done';
  } catch (error) {
    if (await spared().executeTakeFirst()) throw error;
    return 'last_admin';
  }
}

const unlessLast = (eb: ExpressionBuilder<Database, 'users'>, id: string, now: number) =>
  eb.cast<string>(eb.case().when(isSpared(eb, id)).then(new Date(now).toISOString()).end(), 'text');

export async function setRole(d1: D1Database, id: string, role: Role, by: Agent, now: number): Promise<Outcome> {
  const user = await find(database(d1), id);
  if (!user) return 'missing';
  if (user.role === role) return 'unchanged';
  const details = { from: user.role, to: role };
  return demoting(d1, id, (db) => [
    db
      .updateTable('users')
      .set((eb) => ({ role, updated_at: unlessLast(eb, id, now) }))
      .where('id', '=', id),
    recording(db, { ...entry('user.role_changed', id, by, now), details }),
  ]);
}

export async function disable(d1: D1Database, id: string, by: Agent, now: number): Promise<Outcome> {
  const user = await find(database(d1), id);
  if (!user) return 'missing';
  if (user.disabledAt !== null) return 'unchanged';
  return demoting(d1, id, (db) => [
    db
      .updateTable('users')
      .set((eb) => ({ disabled_at: now, updated_at: unlessLast(eb, id, now) }))
      .where('id', '=', id),
    recording(db, entry('user.disabled', id, by, now)),
  ]);
}

export async function enable(d1: D1Database, id: string, by: Agent, now: number): Promise<Outcome> {
  const db = database(d1);
  const user = await find(db, id);
  if (!user) return 'missing';
  if (user.disabledAt === null) return 'unchanged';
  const set = { disabled_at: null, updated_at: new Date(now).toISOString() };
  await batch(d1, [db.updateTable('users').set(set).where('id', '=', id), recording(db, entry('user.enabled', id, by, now))]);
  return 'done';
}

/** Records that a user's sign-ins were ended; they are objects, not rows. */
export async function endedSessions(db: Db, id: string, by: Agent, now: number): Promise<void> {
  await recording(db, entry('user.sessions_ended', id, by, now)).execute();
}

/** Takes a user's second factor and passkeys away, for somebody who has lost them. */
export async function resetSecondFactor(d1: D1Database, id: string, by: Agent, now: number): Promise<Outcome> {
  const db = database(d1);
  const user = await find(db, id);
  if (!user) return 'missing';
  if (!user.hasSecondFactor && user.passkeys === 0) return 'unchanged';
  const set = { two_factor_enabled: 0, updated_at: new Date(now).toISOString() };
  await batch(d1, [
    db.deleteFrom('two_factors').where('user_id', '=', id),
    db.deleteFrom('passkeys').where('user_id', '=', id),
    db.updateTable('users').set(set).where('id', '=', id),
    recording(db, entry('user.second_factor_reset', id, by, now)),
  ]);
  return 'done';
}

/** Gives a user another password, by themselves. */
export async function changePassword(d1: D1Database, user: Agent, passwordHash: string, now: number): Promise<void> {
  const db = database(d1);
  await batch(d1, [
    withPassword(db, user.id, passwordHash, now),
    recording(db, entry('user.password_changed', user.id, user, now)),
  ]);
}

export const withPassword = (db: Db, userId: string, passwordHash: string, now: number) =>
  db
    .updateTable('accounts')
    .set({ password: passwordHash, updated_at: new Date(now).toISOString() })
    .where('user_id', '=', userId)
    .where('provider_id', '=', 'credential');

/** The hash of a user's password; null when there is none. */
export async function passwordHashOf(db: Db, userId: string): Promise<string | null> {
  const query = db.selectFrom('accounts').select('password').where('user_id', '=', userId);
  return (await query.where('provider_id', '=', 'credential').executeTakeFirst())?.password ?? null;
}
