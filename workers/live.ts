import { may } from '../src/lib/domain/role';
import { userOf } from '../src/lib/server/auth/auth';
import { answered } from '../src/lib/server/auth/unavailable';
import { sessionOf, type Env } from './env';
import { placeAt } from './live-places';
import { headersOf } from './sockets';

/**
 * A WebSocket upgrade of one of `livePlaces` (`?version=N` for what a conversation's client has): checks who upgrades before any object wakes (the Origin was
 * checked at the front door), notes with the session what it opens, so that both end together, then hands the socket to the object
 * with the agent's identity in headers that only the Worker can set.
 */
export async function connectLive(request: Request, env: Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return new Response('Upgrade to WebSocket', { status: 426 });
  const user = await userOf(env, request);
  if (!user) return new Response('Sign in first', { status: 401 });
  const found = placeAt(pathname);
  if (!found) return new Response('Not found', { status: 404 });
  if (!may(user.role, found.place.permission)) return new Response('Not for this role', { status: 403 });
  const object = found.place.objectOf(env, found.id);
  if (!object) return new Response('Not found', { status: 404 });
  if (!(await answered(sessionOf(env, user.sessionId).enter(pathname)))) return new Response('Sign in first', { status: 401 });
  const forwarded = new Request(request);
  for (const [name, value] of headersOf({ id: user.id, name: user.name, role: user.role }, user.sessionId))
    forwarded.headers.set(name, value);
  return object.fetch(forwarded);
}
