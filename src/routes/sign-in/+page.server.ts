import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, platform }) => {
  if (locals.user) redirect(303, '/');
  return { demo: platform?.env.DEMO === 'on' };
};
