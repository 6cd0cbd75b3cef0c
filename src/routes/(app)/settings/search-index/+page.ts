import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'settings.index')) error(403, 'The search index is for Admins.');
};
