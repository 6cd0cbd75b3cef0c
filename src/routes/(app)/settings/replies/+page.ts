import { only } from '$lib/inbox/only';

/** Agents use saved replies, Admins write them. */
export const load = only('settings.replies', 'Saved replies are written by Admins.');
