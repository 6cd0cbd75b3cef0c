import { error } from '@sveltejs/kit';
import type { Env } from '../../../workers/env';
import { may, type Permission } from '../domain/role';
import type { User } from './auth/auth';

type Caller = { locals: App.Locals; platform: App.Platform | undefined };

/** Who calls an endpoint that takes a permission, and what it works with. Throws 401, 403 or 503, in words, where it cannot be. */
export function granted({ locals, platform }: Caller, permission: Permission): { user: User; env: Env } {
  const { user } = locals;
  if (!user) error(401, 'Sign in first.');
  if (!may(user.role, permission)) error(403, 'Your role does not allow this.');
  if (!platform) error(503, 'This is not available for the moment. Try again shortly.');
  return { user, env: platform.env };
}
