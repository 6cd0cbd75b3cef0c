import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutLoad } from './$types';

/** Reports are for those who answer for how customers are served. */
export const load: LayoutLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'reports')) error(403, 'Reports are for Admins and Members.');
};
