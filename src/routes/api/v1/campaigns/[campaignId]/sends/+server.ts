import { serveAs } from '$lib/server/trpc/serve';
import type { RequestHandler } from './$types';

/** `campaigns.recordSends` for those who speak plain HTTP. */
export const POST: RequestHandler = ({ request, locals, platform, url, params: { campaignId } }) => {
  if (!platform) return new Response(null, { status: 503 });
  const caller = { env: platform.env, user: locals.user, origin: url.origin };
  return serveAs('campaigns.recordSends', request, caller, { campaignId });
};
