import { outsider } from '../../domain/audit';
import type { Role } from '../../domain/role';
import { recording } from './audit';
import { batch, database, type Db } from './client';
import * as invites from './invites';
import { findByEmail, isEmpty } from './users';

/** Somebody who becomes a user: a new id, and the hash of the password they chose. */
export type Newcomer = { id: string; name: string; passwordHash: string };

/**
 * Makes the user of an invite, once. All or nothing: an invite that is used up in the same moment leaves a column empty that must not
 * be, and the whole batch fails.
 */
export async function accept(
  d1: D1Database,
  tokenHash: string,
  newcomer: Newcomer,
  now: number,
): Promise<'joined' | 'gone' | 'taken'> {
  const db = database(d1);
  const invite = await invites.usable(db, tokenHash, now);
  if (!invite) return 'gone';
  if (await findByEmail(db, invite.email)) return 'taken';
  const usable = db
    .selectFrom('invites')
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now);
  const { id, name } = newcomer;
  try {
    await batch(d1, [
      db.insertInto('users').values({ ...rowOf(newcomer, now), email: usable.select('email'), role: usable.select('role') }),
      passwordOf(db, newcomer, now),
      db.updateTable('invites').set({ used_at: now }).where('token_hash', '=', tokenHash),
      recording(db, {
        at: now,
        actor: { id, name },
        action: 'user.joined',
        subject: { type: 'user', id },
        details: { invite: invite.id, role: invite.role },
      }),
    ]);
  } catch (error) {
    if (await invites.usable(db, tokenHash, now)) throw error;
    return 'gone';
  }
  return 'joined';
}

/** Makes the first Admin. False when there is a user already, also when that was settled a moment ago. */
export async function setUp(d1: D1Database, email: string, newcomer: Newcomer, now: number): Promise<boolean> {
  const db = database(d1);
  if (!(await isEmpty(db))) return false;
  // Empty as soon as there is anybody: then the insert fails, and the batch with it.
  const role = db
    .selectNoFrom((eb) => eb.val<Role>('admin').as('role'))
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('users').select('id'))));
  try {
    await batch(d1, [
      db.insertInto('users').values({ ...rowOf(newcomer, now), email, role }),
      passwordOf(db, newcomer, now),
      recording(db, {
        at: now,
        actor: outsider('setUp'),
        action: 'user.joined',
        subject: { type: 'user', id: newcomer.id },
        details: { role: 'admin' },
      }),
    ]);
  } catch (error) {
    if (await isEmpty(db)) throw error;
    return false;
  }
  return true;
}

const stamps = (now: number) => {
  const at = new Date(now).toISOString();
  return { created_at: at, updated_at: at };
};

const rowOf = ({ id, name }: Newcomer, now: number) => ({ id, name, email_verified: 1, ...stamps(now) });

const passwordOf = (db: Db, { id, passwordHash }: Newcomer, now: number) =>
  db.insertInto('accounts').values({
    id: crypto.randomUUID(),
    account_id: id,
    provider_id: 'credential',
    user_id: id,
    password: passwordHash,
    ...stamps(now),
  });
