import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** Who did what is for Admins to read. */
export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'settings.audit')) error(403, 'The audit is for Admins.');
};
