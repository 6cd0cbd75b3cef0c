import type {
  Account,
  Broadcast,
  ChannelGate,
  Conversation,
  Erasure,
  Guard,
  KeyMeter,
  Session,
} from '../../../workers/durable-objects';
import type { Env } from '../../../workers/env';
import type { Policy } from '../domain/window';

const DAY_MS = 86_400_000;

/** The durations as numbers; a missing or unreadable one falls back to the product's own. */
export function policyOf(env: Env): Policy {
  return {
    activeWindowMs: duration(env.ACTIVE_WINDOW_MS, DAY_MS),
    retentionMs: duration(env.RETENTION_MS, 15 * DAY_MS),
    lockGraceMs: duration(env.LOCK_GRACE_MS, 60_000),
    lockIdleMs: duration(env.LOCK_IDLE_MS, 600_000),
  };
}

function duration(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return text && Number.isFinite(value) && value > 0 ? value : fallback;
}

/** A conversation's object, by the conversation's id. */
export const conversationOf = (env: Env, id: string): DurableObjectStub<Conversation> =>
  env.CONVERSATION.get(env.CONVERSATION.idFromName(id));

/** A channel's way out: its pace, its stop and its health, by the channel's id. */
export const gateOf = (env: Env, channelId: string): DurableObjectStub<ChannelGate> =>
  env.CHANNEL_GATE.get(env.CHANNEL_GATE.idFromName(channelId));

/** A campaign's sending, by the campaign's id. */
export const broadcastOf = (env: Env, campaignId: string): DurableObjectStub<Broadcast> =>
  env.BROADCAST.get(env.BROADCAST.idFromName(campaignId));

/** The erasing of a person, by what stands for their id (`opaque` in pseudonym.ts). */
export const erasureOf = (env: Env, name: string): DurableObjectStub<Erasure> => env.ERASURE.get(env.ERASURE.idFromName(name));

/** A sign-in's session, by its id: the hash of the token in its cookie. */
export const sessionOf = (env: Env, id: string): DurableObjectStub<Session> => env.SESSION.get(env.SESSION.idFromName(id));

/** A user's sign-ins, by the user's id. */
export const accountOf = (env: Env, userId: string): DurableObjectStub<Account> =>
  env.ACCOUNT.get(env.ACCOUNT.idFromName(userId));

/**
 * What counts the tries at one secret, by what it guards: `sign-in:<hash of the e-mail>`, `password:<user>`; or those from one network
 * (`auth/network.ts`): `link:<network>`, `network:<network>` at signing in.
 */
export const guardOf = (env: Env, what: `${'sign-in' | 'password' | 'link' | 'network'}:${string}`): DurableObjectStub<Guard> =>
  env.GUARD.get(env.GUARD.idFromName(what));

/** The count of an API key's calls, by the key's id. */
export const keyMeterOf = (env: Env, keyId: string): DurableObjectStub<KeyMeter> =>
  env.KEY_METER.get(env.KEY_METER.idFromName(keyId));
