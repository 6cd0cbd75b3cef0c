import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageServerLoad } from './$types';

/** What is known of people is the Admins' to define. */
export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'people.edit')) error(403, 'The properties of people are for Admins to define.');
};
