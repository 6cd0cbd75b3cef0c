import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageServerLoad } from './$types';

/** Keys of the API are the Admins' to issue. */
export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'settings.keys')) error(403, 'API keys are for Admins.');
};
