import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { may, type Permission } from '../../domain/role';
import type { Context } from './context';
import { rejected, RejectionError } from './errors';

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
    if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
    if (permission !== null && !may(ctx.user.role, permission)) throw rejected({ reason: 'forbidden' });
    const { id, name, role } = ctx.user;
    return next({ ctx: { ...ctx, user: ctx.user, agent: { id, name, role } } });
  });
