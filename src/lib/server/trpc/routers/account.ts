import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { ending } from '../../auth/ending';
import { NewPassword, hashPassword, Password, verifyPassword } from '../../auth/password';
import { accountOf, guardOf } from '../../bindings';
import { database } from '../../db/client';
import * as passkeys from '../../db/passkeys';
import * as changes from '../../db/user-changes';
import * as users from '../../db/users';
import { rejected } from '../errors';
import { allowed, router } from '../trpc';

const own = allowed(null);
const OnePasskey = z.strictObject({ id: z.string().min(1).max(1_400) });
const PasskeyName = z.string().trim().min(1).max(60);

const noPasskey = () => new TRPCError({ code: 'NOT_FOUND', message: 'There is no such passkey.' });

/** What everybody may do with their own account, whatever their role. */
export const accountRouter = router({
  get: own.query(async ({ ctx: { env, user } }) => {
    const db = database(env.DB);
    const [row, keys, signIns] = await Promise.all([
      users.find(db, user.id),
      passkeys.list(db, user.id),
      accountOf(env, user.id).list(),
    ]);
    const sessions = signIns.map(({ id, createdAt, userAgent, seenAt }) => {
      return { id: id.slice(0, 12), createdAt, userAgent, seenAt, isThis: id === user.sessionId };
    });
    return { hasSecondFactor: row?.hasSecondFactor === true, passkeys: keys, sessions };
  }),

  /** Every other sign-in ends: whoever knew the old password may be one of them. */
  changePassword: own
    .input(z.strictObject({ current: Password, next: NewPassword }))
    .mutation(async ({ ctx: { env, agent, user }, input: { current, next } }) => {
      const guard = guardOf(env, `password:${agent.id}`);
      const wait = await guard.begin(null);
      if (wait > 0) throw rejected({ reason: 'rate_limited', retryAfterMs: wait });
      const hash = await changes.passwordHashOf(database(env.DB), agent.id);
      if (hash === null || !(await verifyPassword({ hash, password: current })))
        throw new TRPCError({ code: 'BAD_REQUEST', message: 'That is not your current password.' });
      await guard.succeeded(null);
      const passwordHash = await hashPassword(next);
      await ending(env, agent.id, () => changes.changePassword(env.DB, agent, passwordHash, Date.now()), {
        except: user.sessionId,
      });
      return {};
    }),

  endOtherSessions: own.mutation(async ({ ctx: { env, agent, user } }) => {
    await changes.endedSessions(database(env.DB), agent.id, agent, Date.now());
    return { ended: await accountOf(env, agent.id).end(user.sessionId) };
  }),

  renamePasskey: own.input(OnePasskey.extend({ name: PasskeyName })).mutation(async ({ ctx: { env, agent }, input }) => {
    if (!(await passkeys.rename(database(env.DB), input.id, agent.id, input.name))) throw noPasskey();
    return {};
  }),

  removePasskey: own.input(OnePasskey).mutation(async ({ ctx: { env, agent }, input }) => {
    if (!(await passkeys.remove(env.DB, input.id, agent, Date.now()))) throw noPasskey();
    return {};
  }),
});
