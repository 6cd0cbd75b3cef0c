import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageServerLoad } from './$types';

/** Who did what is for Admins to read. */
export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'settings.audit')) error(403, 'The audit is for Admins.');
};
