import type { Role } from '../../domain/role';
import type { Db } from './client';

/** A user as the database has them. Times are epoch ms. */
export type UserRow = {
  id: string;
  name: string;
  email: string;
  role: Role;
  disabledAt: number | null;
  lastSeenAt: number | null;
  hasSecondFactor: boolean;
  passkeys: number;
  createdAt: number;
};

const rows = (db: Db) =>
  db
    .selectFrom('users')
    .select(['id', 'name', 'email', 'role', 'disabled_at', 'last_seen_at', 'two_factor_enabled', 'created_at'])
    .select((eb) =>
      eb
        .selectFrom('passkeys')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .whereRef('passkeys.user_id', '=', 'users.id')
        .as('passkeys'),
    );

type Selected = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>;

const userOf = (row: Selected): UserRow => ({
  id: row.id,
  name: row.name,
  email: row.email,
  role: row.role,
  disabledAt: row.disabled_at,
  lastSeenAt: row.last_seen_at,
  hasSecondFactor: row.two_factor_enabled === 1,
  passkeys: row.passkeys ?? 0,
  createdAt: Date.parse(row.created_at),
});

export async function find(db: Db, id: string): Promise<UserRow | null> {
  const row = await rows(db).where('id', '=', id).executeTakeFirst();
  return row ? userOf(row) : null;
}

export async function findByEmail(db: Db, email: string): Promise<UserRow | null> {
  const row = await rows(db).where('email', '=', email.toLowerCase()).executeTakeFirst();
  return row ? userOf(row) : null;
}

/** Everybody, by name. */
export async function list(db: Db): Promise<UserRow[]> {
  return (await rows(db).orderBy('name').orderBy('id').execute()).map(userOf);
}

/** Whether there is any user at all. */
export async function isEmpty(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) === undefined;
}

/** Notes when a user was last here. */
export async function sawUser(db: Db, id: string, at: number): Promise<void> {
  await db
    .updateTable('users')
    .set({ last_seen_at: Math.trunc(at) })
    .where('id', '=', id)
    .execute();
}
