import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { LayoutLoad } from './$types';

/** Campaigns are for those who write, approve and read them. */
export const load: LayoutLoad = async ({ parent }) => {
  if (!may((await parent()).user.role, 'campaigns')) error(403, 'Campaigns are for Admins, Creators, Approvers and Members.');
};
