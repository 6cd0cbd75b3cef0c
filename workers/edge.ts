import { seedDemoUsers } from '../src/lib/server/auth/demo-users';
import { userOf } from '../src/lib/server/auth/auth';
import { isLocalDemo, seedDemo } from './demo/seed';
import type { Env } from './env';
import { health } from './health';
import { connectLive } from './live';
import { handleMedia } from './media/routes';
import { handleSimulator, isProviderCall } from './simulator/routes';
import { handleWebhook } from './webhooks';

type App = { fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> };

/**
 * The Worker's front door. Webhooks and sockets are routed before SvelteKit, which refuses form posts without an Origin and takes no
 * upgrades. Everything a browser can be tricked into sending is checked here once: the Origin of every write and every upgrade.
 */
export function edge(app: App): (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response> {
  return async (request, env, ctx) => {
    const url = new URL(request.url);
    const webhook = /^\/webhooks\/([^/]+)\/?$/.exec(url.pathname)?.[1];
    if (webhook !== undefined) return handleWebhook(request, env, ctx, webhook);
    if (url.pathname === '/healthz') return health(env);
    if (isProviderCall(url)) return handleSimulator(request, env, ctx, null);
    const refusal = refuse(request, url);
    if (refusal) return refusal;
    if (url.pathname.startsWith('/live/')) return connectLive(request, env);
    if (url.pathname.startsWith('/media/')) return secured(await handleMedia(request, env, url), url);
    if (url.pathname.startsWith('/simulator/api/')) return handleSimulator(request, env, ctx, await userOf(env, request));
    if (url.pathname === '/demo/seed' && request.method === 'POST') return seed(request, env, url);
    return secured(await app.fetch(request, env, ctx), url);
  };
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Cross-site requests carry a foreign Origin, and none of ours comes without one. Two exceptions that carry no cookie's authority: a
 * sign-in by a program, and the demo's seed. tRPC would also take form posts, which browsers send cross-site without asking first.
 */
function refuse(request: Request, url: URL): Response | null {
  const upgrade = request.headers.has('upgrade');
  if (reads.has(request.method) && !upgrade) return null;
  const origin = request.headers.get('origin');
  const needsNone =
    !upgrade && !request.headers.has('cookie') && (url.pathname.startsWith('/api/auth/') || url.pathname === '/demo/seed');
  if (origin !== url.origin && !(origin === null && needsNone)) return new Response('Foreign origin', { status: 403 });
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (url.pathname.startsWith('/api/trpc') && type !== 'application/json') {
    return new Response('Send application/json', { status: 415 });
  }
  return null;
}

async function seed(request: Request, env: Env, url: URL): Promise<Response> {
  if (!isLocalDemo(env, request)) return new Response('Not found', { status: 404 });
  await seedDemoUsers(env, url.origin);
  return Response.json(await seedDemo(env, url.origin));
}

/** Headers that every page and answer gets; the content policy itself comes with SvelteKit's pages. */
function secured(response: Response, url: URL): Response {
  const answer = new Response(response.body, response);
  answer.headers.set('x-content-type-options', 'nosniff');
  answer.headers.set('referrer-policy', 'same-origin');
  answer.headers.set('x-frame-options', 'DENY');
  // Agents record voice messages.
  answer.headers.set('permissions-policy', 'camera=(), microphone=(self), geolocation=()');
  if (url.protocol === 'https:') answer.headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
  return answer;
}
