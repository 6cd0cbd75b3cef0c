import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutServerLoad } from './$types';

/** Campaigns are for those who write, approve and read them. */
export const load: LayoutServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'campaigns'))
    error(403, 'Campaigns are for Admins, Creators, Approvers and Members.');
};
