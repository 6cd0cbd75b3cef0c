import { error, redirect } from '@sveltejs/kit';
import { settingsPagesOf } from '$lib/inbox/places';
import type { PageLoad } from './$types';

/** Settings begin with the first page that the role may open. */
export const load: PageLoad = async ({ parent }) => {
  const [first] = settingsPagesOf((await parent()).user.role);
  if (!first) error(403, 'Settings are for Admins.');
  redirect(303, first.href);
};
