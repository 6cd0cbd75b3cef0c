import { only } from '$lib/inbox/only';

/** Reports are for those who answer for how customers are served. */
export const load = only('reports', 'Reports are for Admins and Members.');
