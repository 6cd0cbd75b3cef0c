import { only } from '$lib/inbox/only';

/** Conversations are for Admins and Agents. */
export const load = only('conversations', 'Conversations are for Agents and Admins.');
