import { only } from '$lib/inbox/only';

/** Channels are the Admins' to set up. */
export const load = only('settings.channels', 'Channels are for Admins.');
