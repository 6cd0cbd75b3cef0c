import { error, redirect } from '@sveltejs/kit';
import { settingsPagesOf } from '$lib/inbox/places';
import type { PageServerLoad } from './$types';

/** Settings begin with the first page that the role may open. */
export const load: PageServerLoad = ({ locals }) => {
  const first = locals.user && settingsPagesOf(locals.user.role)[0];
  if (!first) error(403, 'Settings are for Admins.');
  redirect(303, first.href);
};
