import { redirect } from '@sveltejs/kit';
import { homeOf } from '$lib/inbox/places';
import type { PageServerLoad } from './$types';

/** Everybody begins where their role has its work. */
export const load: PageServerLoad = ({ locals }) => redirect(307, locals.user ? homeOf(locals.user.role) : '/sign-in');
