import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutLoad } from './$types';

/** Conversations are for Admins and Agents. */
export const load: LayoutLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'conversations')) error(403, 'Conversations are for Agents and Admins.');
};
