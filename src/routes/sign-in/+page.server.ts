import { redirect } from '@sveltejs/kit';
import { database } from '$lib/server/db/client';
import { isEmpty } from '$lib/server/db/users';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, platform }) => {
  if (locals.user) redirect(303, '/');
  if (platform && (await isEmpty(database(platform.env.DB)))) redirect(303, '/setup');
  return { demo: platform?.env.DEMO === 'on' };
};
