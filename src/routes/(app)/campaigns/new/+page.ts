import { only } from '$lib/inbox/only';

/** Campaigns are written by Creators and Admins. */
export const load = only('campaigns.draft', 'Campaigns are written by Creators and Admins.');
