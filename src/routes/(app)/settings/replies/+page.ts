import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** Agents use saved replies, Admins write them. */
export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'settings.replies')) error(403, 'Saved replies are written by Admins.');
};
