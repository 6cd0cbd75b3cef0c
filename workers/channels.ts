import type { Channel } from '../src/lib/domain/provider';
import * as channels from '../src/lib/server/db/channels';
import { database } from '../src/lib/server/db/client';
import type { Env } from './env';

/** A channel row is trusted this long; a missing one less, so that a new channel works soon. */
const FRESH_MS = 30_000;
const MISSING_MS = 2_000;

type Entry = { channel: Channel | null; readAt: number };

/** One per isolate, so that no webhook waits for the database; keyed by the database too, as tests run several in one isolate. */
const cache = new WeakMap<D1Database, Map<string, Entry>>();

/**
 * The enabled channel with this id, decrypted, or null. Served from memory; when the database fails, an old row is better than
 * turning messages away.
 */
export async function channelOf(env: Env, id: string): Promise<Channel | null> {
  const entries = cache.get(env.DB) ?? new Map<string, Entry>();
  cache.set(env.DB, entries);
  const known = entries.get(id);
  const age = known ? Date.now() - known.readAt : Infinity;
  if (known && age < (known.channel ? FRESH_MS : MISSING_MS)) return known.channel;
  try {
    const channel = await channels.find(database(env.DB), id, env.SECRET_KEY);
    entries.set(id, { channel, readAt: Date.now() });
    return channel;
  } catch (error) {
    if (known?.channel) return known.channel;
    throw error;
  }
}
