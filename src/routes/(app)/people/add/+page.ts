import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** Who is in the list is the Admins' to change. */
export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'people.edit')) error(403, 'Importing people is for Admins.');
};
