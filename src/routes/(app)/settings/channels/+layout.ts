import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutLoad } from './$types';

/** Channels are the Admins' to set up. */
export const load: LayoutLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'settings.channels')) error(403, 'Channels are for Admins.');
};
