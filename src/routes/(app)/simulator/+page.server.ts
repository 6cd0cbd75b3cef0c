import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageServerLoad } from './$types';

/** There is no such page unless the simulator is on, and then it is the Admins'. */
export const load: PageServerLoad = ({ locals, platform }) => {
  if (platform?.env.SIMULATOR !== 'on') error(404, 'There is no such page.');
  if (!locals.user || !may(locals.user.role, 'simulator')) error(403, 'The simulator is for Admins.');
};
