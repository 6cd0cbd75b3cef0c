import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { keyActorName, type Scope } from '../../domain/api-key';
import { may, type Permission } from '../../domain/role';
import { openWith } from '../api-key';
import type { User } from '../auth/auth';
import type { Reporter } from '../campaign-reports';
import type { Context } from './context';
import { rejected, RejectionError, unwrap } from './errors';

/** Every procedure says which permission it takes; `null` means any signed-in user. */
export type Meta = { permission: Permission | null };

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // Reason and facts of a refusal, names of wrong fields; never a stack, a cause or a value that was sent.
    errorFormatter: ({ shape, error }) => {
      const { code, httpStatus, path } = shape.data;
      const cause = error.cause;
      if (cause instanceof RejectionError) {
        return { ...shape, data: { code, httpStatus, path, ...cause.rejection } };
      }
      if (cause instanceof ZodError) {
        const fields = [...new Set(cause.issues.map((issue) => issue.path.join('.') || '(input)'))];
        return { ...shape, message: 'Some fields are wrong.', data: { code, httpStatus, path, reason: 'bad_request', fields } };
      }
      const message = error.code === 'INTERNAL_SERVER_ERROR' ? 'Something went wrong on our side. Try again.' : shape.message;
      return { ...shape, message, data: { code, httpStatus, path, reason: error.code.toLowerCase() } };
    },
  });

export const { router, createCallerFactory } = t;

/** A procedure for those whose role has this permission. The only kind there is: nobody can forget to ask. */
export const allowed = (permission: Permission | null) =>
  t.procedure.meta({ permission }).use(({ ctx, next }) => {
    if (!ctx.user)
      throw new TRPCError({
        code: 'UNAUTHORIZED',
        message: 'You are signed out. Sign in, in another tab if you have typed something here, and try again.',
      });
    if (permission !== null && !may(ctx.user.role, permission)) throw rejected({ reason: 'forbidden' });
    const { id, name, role } = ctx.user;
    return next({ ctx: { ...ctx, user: ctx.user, agent: { id, name, role } } });
  });

/** A procedure that another system's key with this scope opens as well. Such a key opens nothing else: it is nobody who has a role. */
export const reported = (permission: Permission, scope: Scope) =>
  t.procedure.meta({ permission }).use(async ({ ctx, next }) => {
    const reporter = ctx.user ? userWho(ctx.user, permission) : await keyWho(ctx, scope);
    return next({ ctx: { ...ctx, reporter } });
  });

function userWho({ id, name, role }: User, permission: Permission): Reporter {
  if (!may(role, permission)) throw rejected({ reason: 'forbidden' });
  return { actor: { id, name }, keyId: null };
}

async function keyWho({ env, key }: Context, scope: Scope): Promise<Reporter> {
  if (!key) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first, or send a key of the API.' });
  const { id, name } = unwrap(await openWith(env, key, scope));
  return { actor: { id: null, name: keyActorName(name) }, keyId: id };
}
