import { serveAs } from '$lib/server/trpc/serve';
import type { RequestHandler } from './$types';

/** `campaigns.import` for those who speak plain HTTP. */
export const POST: RequestHandler = ({ request, locals, platform, url }) => {
  if (!platform) return new Response(null, { status: 503 });
  return serveAs('campaigns.import', request, { env: platform.env, user: locals.user, origin: url.origin });
};
