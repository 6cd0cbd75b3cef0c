import { CampaignId } from '../src/lib/domain/broadcast';
import { ConversationId } from '../src/lib/domain/ids';
import { may } from '../src/lib/domain/role';
import { userOf } from '../src/lib/server/auth/auth';
import { broadcastOf, conversationOf, hubsOf, type Env } from './env';
import { headersOf } from './sockets';

/**
 * `GET /live/inbox`, `GET /live/conversations/{id}?version=N` and `GET /live/campaigns/{id}`: checks who upgrades before any object wakes
 * (the Origin was checked at the front door), then hands the socket to the object with the agent's identity in headers that only the
 * Worker can set.
 */
export async function connectLive(request: Request, env: Env): Promise<Response> {
  const url = new URL(request.url);
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return new Response('Upgrade to WebSocket', { status: 426 });
  const user = await userOf(env, request);
  if (!user) return new Response('Sign in first', { status: 401 });
  const campaign = /^\/live\/campaigns\/([^/]+)$/.exec(url.pathname)?.[1];
  if (!may(user.role, campaign === undefined ? 'conversations' : 'campaigns'))
    return new Response('Not for this role', { status: 403 });
  const forwarded = new Request(request);
  for (const [name, value] of headersOf({ id: user.id, name: user.name, role: user.role }, user.sessionId))
    forwarded.headers.set(name, value);
  if (campaign !== undefined) {
    // Only a campaign that Parley sends has an object, and those have ids of this form.
    return CampaignId.safeParse(campaign).success
      ? broadcastOf(env, campaign).fetch(forwarded)
      : new Response('Not found', { status: 404 });
  }
  if (url.pathname === '/live/inbox') return hubsOf(env)[0].fetch(forwarded);
  const id = ConversationId.safeParse(url.pathname.split('/live/conversations/')[1]);
  if (!id.success) return new Response('Not found', { status: 404 });
  return conversationOf(env, id.data).fetch(forwarded);
}
