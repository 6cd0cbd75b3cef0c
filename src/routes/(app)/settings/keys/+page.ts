import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** Keys of the API are the Admins' to issue. */
export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'settings.keys')) error(403, 'API keys are for Admins.');
};
