import { only } from '$lib/inbox/only';

/** Who did what is for Admins to read. */
export const load = only('settings.audit', 'The audit is for Admins.');
