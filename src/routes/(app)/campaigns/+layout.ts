import { only } from '$lib/inbox/only';

/** Campaigns are for those who write, approve and read them. */
export const load = only('campaigns', 'Campaigns are for Admins, Creators, Approvers and Members.');
