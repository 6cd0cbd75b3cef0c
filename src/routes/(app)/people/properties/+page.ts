import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** What is known of people is the Admins' to define. */
export const load: PageLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'people.edit')) error(403, 'The properties of people are for Admins to define.');
};
