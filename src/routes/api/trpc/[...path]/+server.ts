import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '$lib/server/trpc/router';
import type { RequestHandler } from './$types';

/** Calls of one batch; more are refused. */
const MAX_BATCH = 10;

const handle: RequestHandler = ({ request, locals, platform, url }) => {
  if (!platform) return new Response(null, { status: 503 });
  const { env } = platform;
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => ({ env, user: locals.user, origin: url.origin }),
    maxBatchSize: MAX_BATCH,
    // Ids and codes only: inputs hold what people wrote.
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR')
        console.error({ event: 'procedure_failed', path, error: String(error.cause ?? error) });
    },
  });
};

export { handle as GET, handle as POST };
