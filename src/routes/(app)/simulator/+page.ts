import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageLoad } from './$types';

/** There is no such page unless the simulator is on, and then it is the Admins'. */
export const load: PageLoad = async ({ parent }) => {
  const { user, config } = await parent();
  if (!config.simulator) error(404, 'There is no such page.');
  if (!may(user.role, 'simulator')) error(403, 'The simulator is for Admins.');
};
