import { only } from '$lib/inbox/only';

/** What is known of people is the Admins' to define. */
export const load = only('people.edit', 'The properties of people are for Admins to define.');
