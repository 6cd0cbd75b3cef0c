import { only } from '$lib/inbox/only';

/** Who is in the list is the Admins' to change. */
export const load = only('people.edit', 'Importing people is for Admins.');
