import { seedDemoUsers } from '../src/lib/server/auth/demo-users';
import { userOf } from '../src/lib/server/auth/auth';
import { handleAuth } from '../src/lib/server/auth/handler';
import { SessionUnavailable, unavailable } from '../src/lib/server/auth/unavailable';
import { isApiCall, readSmall } from './api-calls';
import { isLocalDemo, seedDemo } from './demo/seed';
import type { Env } from './env';
import { health } from './health';
import { connectLive } from './live';
import { livePlaces } from './live-places';
import { maintain } from './maintenance';
import { handleMedia } from './media/routes';
import { handleSimulator } from './simulator/routes';
import { handleWebhook } from './webhooks';

type App = { fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> };
type Call = { request: Request; env: Env; ctx: ExecutionContext; url: URL; part: string };
type Route = {
  /** `{…}` is one part of the path, `*` all the rest. */
  path: string;
  /** A server's call, without a browser behind it: its Origin says nothing. */
  isServers?: true;
  handle: (call: Call) => Response | Promise<Response>;
};

/** What the entry answers itself, the first that fits; sockets and everything else come after. */
const routes: readonly Route[] = [
  {
    path: '/webhooks/{channel}',
    isServers: true,
    handle: ({ request, env, ctx, part }) => handleWebhook(request, env, ctx, part),
  },
  { path: '/healthz', isServers: true, handle: ({ env }) => health(env) },
  { path: '/maintenance/search-index', isServers: true, handle: ({ request, env }) => maintain(request, env) },
  {
    path: '/simulator/api/provider/*',
    isServers: true,
    handle: ({ request, env, ctx }) => handleSimulator(request, env, ctx, null),
  },
  { path: '/media/shared/*', handle: async ({ request, env, url }) => secured(await handleMedia(request, env, url), url) },
  { path: '/media/*', handle: async ({ request, env, url }) => secured(await handleMedia(request, env, url), url) },
  {
    path: '/simulator/api/*',
    handle: async ({ request, env, ctx }) => handleSimulator(request, env, ctx, await userOf(env, request)),
  },
  { path: '/demo/seed', handle: ({ request, env, url }) => seed(request, env, url) },
  { path: '/api/auth/*', handle: async ({ request, env, ctx, url }) => secured(await handleAuth(request, env, ctx), url) },
];

/** Their paths, for whoever checks that none is forgotten. */
export const routePaths: readonly string[] = routes.map(({ path }) => path);

const patterns = routes.map((route) => ({
  ...route,
  pattern: new RegExp(
    `^${route.path.replace(/\{\w+\}/, '([^/]+)').replace(/\/\*$/, '/')}${route.path.endsWith('*') ? '' : '/?$'}`,
  ),
}));
const isSocket = (path: string): boolean => path.startsWith('/live/') || livePlaces.some((place) => place.path === path);

/**
 * The Worker's front door. Webhooks and sockets are routed before SvelteKit, which refuses form posts without an Origin and takes no
 * upgrades. Everything a browser can be tricked into sending is checked here once: the Origin of every write and every upgrade.
 */
export function edge(app: App): (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response> {
  return async (request, env, ctx) => {
    const url = new URL(request.url);
    const path = url.pathname;
    const route = isSocket(path) ? undefined : patterns.find(({ pattern }) => pattern.test(path));
    const refusal = route?.isServers ? null : refuse(request, url);
    if (refusal) return refusal;
    if (route) {
      const part = route.pattern.exec(path)?.[1] ?? '';
      return whileKnown(request, async () => route.handle({ request, env, ctx, url, part }));
    }
    if (isSocket(path)) return whileKnown(request, () => connectLive(request, env));
    const read = await readSmall(request, url);
    return secured(read instanceof Response ? read : await app.fetch(read, env, ctx), url);
  };
}

/** The answer, as long as it can be known who asks. */
async function whileKnown(request: Request, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof SessionUnavailable) return unavailable(request);
    throw error;
  }
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Cross-site requests carry a foreign Origin, and none of ours comes without one. Three exceptions that carry no cookie's authority: a
 * sign-in by a program, the demo's seed, and another system that shows its key. tRPC would also take form posts, which browsers send cross-site without asking first.
 */
function refuse(request: Request, url: URL): Response | null {
  const upgrade = request.headers.has('upgrade');
  if (reads.has(request.method) && !upgrade) return null;
  const origin = request.headers.get('origin');
  const isProgram = url.pathname.startsWith('/api/auth/') || url.pathname === '/demo/seed' || isApiCall(request, url);
  const needsNone = !upgrade && !request.headers.has('cookie') && isProgram;
  if (origin !== url.origin && !(origin === null && needsNone)) return new Response('Foreign origin', { status: 403 });
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (url.pathname.startsWith('/api/trpc') && type !== 'application/json') {
    return new Response('Send application/json', { status: 415 });
  }
  return null;
}

async function seed(request: Request, env: Env, url: URL): Promise<Response> {
  if (request.method !== 'POST' || !isLocalDemo(env, request)) return new Response('Not found', { status: 404 });
  await seedDemoUsers(env, url.origin);
  return Response.json(await seedDemo(env, url.origin));
}

/** Headers that every page and answer gets; the content policy itself comes with SvelteKit's pages. */
function secured(response: Response, url: URL): Response {
  const answer = new Response(response.body, response);
  // Names, numbers and words of customers: they stay on no disk after a sign-out.
  if (!answer.headers.has('cache-control')) answer.headers.set('cache-control', 'no-store');
  answer.headers.set('x-content-type-options', 'nosniff');
  answer.headers.set('referrer-policy', 'same-origin');
  answer.headers.set('x-frame-options', 'DENY');
  // Agents record voice messages.
  answer.headers.set('permissions-policy', 'camera=(), microphone=(self), geolocation=()');
  if (url.protocol === 'https:') answer.headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
  return answer;
}
