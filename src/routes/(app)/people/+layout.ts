import { only } from '$lib/inbox/only';

/** People are for those who talk to them. */
export const load = only('people', 'People are for Agents and Admins.');
