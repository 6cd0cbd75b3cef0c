import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutLoad } from './$types';

/** People are for those who talk to them. */
export const load: LayoutLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'people')) error(403, 'People are for Agents and Admins.');
};
