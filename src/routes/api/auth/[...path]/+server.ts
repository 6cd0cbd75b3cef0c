import { authOf } from '$lib/server/auth/auth';
import type { RequestHandler } from './$types';

const handle: RequestHandler = async ({ request, platform, url }) => {
  if (!platform) return new Response(null, { status: 503 });
  const own = new Request(request);
  // The Worker's entry lets no foreign Origin through, and none at all only from a program without a cookie; better-auth would refuse
  // that program's sign-in.
  if (!own.headers.has('origin')) own.headers.set('origin', url.origin);
  return (await authOf(platform.env, url.origin)).handler(own);
};

export { handle as GET, handle as POST };
