import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** Who may sign in is the Admins' to say. */
export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'settings.users')) error(403, 'Users are for Admins.');
};
