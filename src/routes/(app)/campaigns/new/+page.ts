import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** Campaigns are written by Creators and Admins. */
export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'campaigns.draft')) error(403, 'Campaigns are written by Creators and Admins.');
};
