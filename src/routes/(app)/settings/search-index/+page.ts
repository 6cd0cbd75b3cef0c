import { only } from '$lib/inbox/only';

export const load = only('settings.index', 'The search index is for Admins.');
