import { error, redirect } from '@sveltejs/kit';
import { policyOf } from '$lib/server/bindings';
import type { LayoutServerLoad } from './$types';

/** Who looks, and what the clocks are; nobody gets further without a sign-in. */
export const load: LayoutServerLoad = ({ locals, platform, url }) => {
  if (!locals.user) redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
  if (!platform) error(503);
  const { id, name, email, role } = locals.user;
  return {
    user: { id, name, email, role },
    config: { ...policyOf(platform.env), simulator: platform.env.SIMULATOR === 'on' },
    now: Date.now(),
  };
};
