import { only } from '$lib/inbox/only';

/** Who may sign in is the Admins' to say. */
export const load = only('settings.users', 'Users are for Admins.');
