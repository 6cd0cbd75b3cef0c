import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutServerLoad } from './$types';

/** People are for those who talk to them. */
export const load: LayoutServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'people')) error(403, 'People are for Agents and Admins.');
};
