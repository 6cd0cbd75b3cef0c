import { only } from '$lib/inbox/only';

/** Keys of the API are the Admins' to issue. */
export const load = only('settings.keys', 'API keys are for Admins.');
