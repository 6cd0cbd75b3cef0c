import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageServerLoad } from './$types';

/** Who may sign in is the Admins' to say. */
export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'settings.users')) error(403, 'Users are for Admins.');
};
