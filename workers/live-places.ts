import { CampaignId } from '../src/lib/domain/broadcast';
import { ConversationId } from '../src/lib/domain/ids';
import type { Permission } from '../src/lib/domain/role';
import { broadcastOf, conversationOf, hubsOf, type Env } from './env';
import { simulatorOf } from './simulator/object';

/** An object that takes sockets. `disconnect` closes those of a sign-in that has ended, and lets go what its user held there. */
type LiveObject = {
  fetch(request: Request): Promise<Response>;
  disconnect(session: string, userId: string): Promise<void>;
};

/** A WebSocket address: `path` with `{id}` where an id is, who may open it, and the object behind it; null: there is no such thing. */
type LivePlace = { path: string; permission: Permission; objectOf: (env: Env, id: string) => LiveObject | null };

/** Every socket there is. An entry here, and it is authenticated, and closed when its sign-in ends. */
export const livePlaces: readonly LivePlace[] = [
  { path: '/live/inbox', permission: 'conversations', objectOf: (env) => hubsOf(env)[0] },
  {
    path: '/live/conversations/{id}',
    permission: 'conversations',
    objectOf: (env, id) => (ConversationId.safeParse(id).success ? conversationOf(env, id) : null),
  },
  {
    path: '/live/campaigns/{id}',
    permission: 'campaigns',
    // Only a campaign that Parley sends has an object, and those have ids of this form.
    objectOf: (env, id) => (CampaignId.safeParse(id).success ? broadcastOf(env, id) : null),
  },
  { path: '/simulator/api/live', permission: 'simulator', objectOf: (env) => (env.SIMULATOR === 'on' ? simulatorOf(env) : null) },
];

const patterns = livePlaces.map((place) => ({
  ...place,
  pattern: new RegExp(`^${place.path.replace('{id}', '([^/]+)')}$`),
}));

/** The place at this path, and the object there, which is null when the id is none. */
export function placeAt(path: string): { place: LivePlace; id: string } | null {
  for (const { pattern, ...place } of patterns) {
    const match = pattern.exec(path);
    if (match) return { place, id: match[1] ?? '' };
  }
  return null;
}

/** The object behind a path that a sign-in has opened. */
export function objectAt(env: Env, path: string): LiveObject | null {
  const found = placeAt(path);
  return found && found.place.objectOf(env, found.id);
}
