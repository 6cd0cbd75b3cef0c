import { redirect } from '@sveltejs/kit';

/** Settings begin with the channels. */
export const load = (): never => redirect(303, '/settings/channels');
