import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutServerLoad } from './$types';

/** Conversations are for Admins and Agents. */
export const load: LayoutServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'conversations')) error(403, 'Conversations are for Agents and Admins.');
};
