import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutServerLoad } from './$types';

/** Channels are the Admins' to set up. */
export const load: LayoutServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'settings.channels')) error(403, 'Channels are for Admins.');
};
