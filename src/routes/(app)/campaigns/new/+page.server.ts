import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageServerLoad } from './$types';

/** Campaigns are written by Creators and Admins. */
export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'campaigns.draft')) error(403, 'Campaigns are written by Creators and Admins.');
};
