import { error } from '@sveltejs/kit';
import { may } from '$lib/domain/role';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user || !may(locals.user.role, 'settings.index')) error(403, 'The search index is for Admins.');
};
