import { APIError } from 'better-auth/api';
import { z } from 'zod';
import type { Env } from '../../../../workers/env';
import { accountOf, sessionOf } from '../bindings';
import { database } from '../db/client';
import * as users from '../db/users';
import { hashOf } from './hash';

/** A session as better-auth writes it; what else it holds stays as it is. */
const Stored = z.looseObject({
  session: z.looseObject({ token: z.string(), userId: z.string(), userAgent: z.string().nullish() }),
  user: z.looseObject({ role: z.string() }),
});

/** Lists that better-auth keeps of a user's sessions: an `Account` object knows them, exactly. */
const isList = (key: string): boolean => key.startsWith('active-sessions-');
const isRevocation = (key: string): boolean => key.startsWith('revoked-sessions-before-');

function parse(value: string): z.infer<typeof Stored> | null {
  const parsed = Stored.safeParse(JSON.parse(value));
  return parsed.success ? parsed.data : null;
}

const withToken = (value: z.infer<typeof Stored>, token: string): string =>
  JSON.stringify({ ...value, session: { ...value.session, token } });

/**
 * What better-auth stores and finds by key. Each key is an object, named by the key's hash, and the token is not kept in it: nothing on
 * disk opens a session. `isUse`: whether finding a session is a use of it, which keeps it from ending idle.
 */
export function sessionStorage(env: Env, isUse: boolean) {
  const stub = async (key: string) => sessionOf(env, await hashOf(key));
  return {
    async get(key: string): Promise<string | null> {
      if (isList(key)) return '[]';
      if (isRevocation(key)) return null;
      const value = await (await stub(key)).read(isUse);
      const session = value === null ? null : parse(value);
      return session ? withToken(session, key) : value;
    },
    async set(key: string, value: string, ttlSeconds?: number): Promise<void> {
      if (isList(key) || isRevocation(key)) return;
      const ttlMs = ttlSeconds === undefined ? null : ttlSeconds * 1000;
      const session = parse(value);
      if (session?.session.token === key) await open(env, key, session, ttlMs);
      else await (await stub(key)).write(value, ttlMs);
    },
    async delete(key: string): Promise<void> {
      if (!isList(key)) await (await stub(key)).end();
    },
    getAndDelete: async (key: string) => (await stub(key)).take(),
    increment: async (key: string, ttlSeconds: number) => (await stub(key)).increment(ttlSeconds * 1000),
  };
}

/**
 * Begins a session. Whoever disables a user or changes their role writes that first and ends the listed sessions then; here a session is
 * listed first, and looked up then. So none slips through between the two, whatever the order.
 */
async function open(env: Env, token: string, value: z.infer<typeof Stored>, ttlMs: number | null): Promise<void> {
  const id = await hashOf(token);
  const { userId, userAgent } = value.session;
  await sessionOf(env, id).write(withToken(value, ''), ttlMs, { userId, id });
  await accountOf(env, userId).add({ id, createdAt: Date.now(), userAgent: (userAgent ?? '').slice(0, 300) });
  const user = await users.find(database(env.DB), userId);
  if (user && user.disabledAt === null && user.role === value.user.role) return;
  await sessionOf(env, id).end();
  // To somebody who tries, a disabled user is like one that is not there, to the letter.
  throw new APIError('UNAUTHORIZED', { message: 'Invalid email or password', code: 'INVALID_EMAIL_OR_PASSWORD' });
}
