import { serve } from '$lib/server/trpc/serve';
import type { RequestHandler } from './$types';

const handle: RequestHandler = ({ request, locals, platform, url }) => {
  if (!platform) return new Response(null, { status: 503 });
  return serve(request, { env: platform.env, user: locals.user, origin: url.origin });
};

export { handle as GET, handle as POST };
