import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { Role, type Agent } from '../../../domain/role';
import { ending } from '../../auth/ending';
import { hashOf, randomToken } from '../../auth/hash';
import { accountOf } from '../../bindings';
import { database } from '../../db/client';
import * as invites from '../../db/invites';
import * as resets from '../../db/password-resets';
import * as changes from '../../db/user-changes';
import * as users from '../../db/users';
import { mailerOf, type Mail } from '../../mail';
import type { Context } from '../context';
import { allowed, router } from '../trpc';

const admins = allowed('settings.users');
const One = z.strictObject({ id: z.string().min(1).max(64) });
const Email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase());

const missing = () => new TRPCError({ code: 'NOT_FOUND', message: 'There is no such user.' });
const noInvite = () => new TRPCError({ code: 'NOT_FOUND', message: 'This invite has been used or taken back.' });

/** Throws what did not go. */
function settled(outcome: changes.Outcome): void {
  if (outcome === 'missing') throw missing();
  if (outcome === 'last_admin')
    throw new TRPCError({ code: 'PRECONDITION_FAILED', message: 'This is the only Admin. Make somebody else one first.' });
}

/** Nobody takes their own standing away: they would stand before a closed door a second later. */
function notOneself(agent: Agent, id: string): void {
  if (agent.id === id)
    throw new TRPCError({ code: 'PRECONDITION_FAILED', message: 'This is you. Ask another Admin to change it.' });
}

/** Whoever was signed in under the old terms is not any more; also when they were old before: a repeat finishes what was cut short. */
async function onNewTerms({ env }: Context, id: string, change: () => Promise<changes.Outcome>): Promise<void> {
  settled(await ending(env, id, change, { isMade: (outcome) => outcome === 'done' || outcome === 'unchanged' }));
}

/** A link that is shown this one time, and sent. Only its hash is kept. */
async function linkFor(
  { env, origin }: Context,
  kind: Mail['kind'],
  make: (hash: string) => Promise<{ to: string; about: string }>,
) {
  // prettier-ignore
  const token = randomToken();
  const { to, about } = await make(await hashOf(token));
  const link = `${origin}/${kind === 'invite' ? 'invite' : 'reset'}/${token}`;
  await mailerOf(env)({ kind, to, about, link });
  return { link };
}

/** Who may sign in, and as what. */
export const usersRouter = router({
  /** Everybody, and who has been invited. */
  list: admins.query(async ({ ctx }) => {
    const db = database(ctx.env.DB);
    const [everybody, invited] = await Promise.all([users.list(db), invites.list(db)]);
    return { users: everybody, invites: invited };
  }),

  /** Invites somebody. The one time that the link is shown. */
  invite: admins.input(z.strictObject({ email: Email, role: Role })).mutation(async ({ ctx, input: { email, role } }) => {
    if (await users.findByEmail(database(ctx.env.DB), email))
      throw new TRPCError({ code: 'CONFLICT', message: 'Somebody with this address is a user already.' });
    return linkFor(ctx, 'invite', async (tokenHash) => {
      const id = crypto.randomUUID();
      if (!(await invites.create(ctx.env.DB, { id, email, role, tokenHash }, ctx.agent, Date.now())))
        throw new TRPCError({ code: 'CONFLICT', message: 'This address has been invited already. Send that invite again.' });
      return { to: email, about: id };
    });
  }),

  /** A new link for an invite; the old one is dead. */
  resendInvite: admins.input(One).mutation(async ({ ctx, input: { id } }) => {
    const invite = await invites.find(database(ctx.env.DB), id);
    if (!invite) throw noInvite();
    return linkFor(ctx, 'invite', async (tokenHash) => {
      if (!(await invites.renew(ctx.env.DB, id, tokenHash, ctx.agent, Date.now()))) throw noInvite();
      return { to: invite.email, about: id };
    });
  }),

  revokeInvite: admins.input(One).mutation(async ({ ctx, input: { id } }) => {
    if (!(await invites.revoke(ctx.env.DB, id, ctx.agent, Date.now()))) throw noInvite();
    return {};
  }),

  /** Another role, from the next call on: whatever is open is closed. */
  setRole: admins.input(One.extend({ role: Role })).mutation(async ({ ctx, input: { id, role } }) => {
    notOneself(ctx.agent, id);
    await onNewTerms(ctx, id, () => changes.setRole(ctx.env.DB, id, role, ctx.agent, Date.now()));
    return {};
  }),

  disable: admins.input(One).mutation(async ({ ctx, input: { id } }) => {
    notOneself(ctx.agent, id);
    await onNewTerms(ctx, id, () => changes.disable(ctx.env.DB, id, ctx.agent, Date.now()));
    return {};
  }),

  enable: admins.input(One).mutation(async ({ ctx, input: { id } }) => {
    settled(await changes.enable(ctx.env.DB, id, ctx.agent, Date.now()));
    return {};
  }),

  /** Signs a user out everywhere. */
  endSessions: admins.input(One).mutation(async ({ ctx, input: { id } }) => {
    const db = database(ctx.env.DB);
    if (!(await users.find(db, id))) throw missing();
    await changes.endedSessions(db, id, ctx.agent, Date.now());
    return { ended: await accountOf(ctx.env, id).end() };
  }),

  /** A link to a new password. The old one works until the link is used. */
  resetPassword: admins.input(One).mutation(async ({ ctx, input: { id } }) => {
    const user = await users.find(database(ctx.env.DB), id);
    if (!user) throw missing();
    return linkFor(ctx, 'password_reset', async (tokenHash) => {
      if (!(await resets.create(ctx.env.DB, id, tokenHash, ctx.agent, Date.now()))) throw missing();
      return { to: user.email, about: id };
    });
  }),

  /** For somebody who has lost their phone: the password alone lets them in again. */
  resetSecondFactor: admins.input(One).mutation(async ({ ctx, input: { id } }) => {
    await onNewTerms(ctx, id, () => changes.resetSecondFactor(ctx.env.DB, id, ctx.agent, Date.now()));
    return {};
  }),
});
