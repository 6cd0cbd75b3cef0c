import type { Channel } from '../src/lib/domain/provider';
import * as channels from '../src/lib/server/db/channels';
import { database } from '../src/lib/server/db/client';
import type { Env } from './env';
import { within } from './time';

/** A channel row is trusted this long; a missing one less, so that a new channel works soon. */
const FRESH_MS = 30_000;
const MISSING_MS = 2_000;
/** The database may take this long to renew a row that we have; then the old one will do, and is not asked about again for a while. */
const PATIENCE_MS = 250;
const RETRY_MS = 5_000;
/** A row that we do not have and that is not here by then counts as a failed database. */
const LOOKUP_MS = 3_000;

type Entry = { channel: Channel | null; goodUntil: number };

/** One per isolate, so that no webhook waits for the database; keyed by the database too, as tests run several in one isolate. */
const cache = new WeakMap<D1Database, Map<string, Entry>>();

/**
 * The enabled channel with this id, decrypted, or null. Served from memory; when the database fails or stalls, an old row is better
 * than turning messages away.
 */
export async function channelOf(env: Env, id: string): Promise<Channel | null> {
  const entries = cache.get(env.DB) ?? new Map<string, Entry>();
  cache.set(env.DB, entries);
  const known = entries.get(id);
  if (known && Date.now() < known.goodUntil) return known.channel;
  const renewed = read(env, entries, id);
  if (!known?.channel) return renewed;
  const old = known.channel;
  const keep = () => {
    entries.set(id, { channel: old, goodUntil: Date.now() + RETRY_MS });
    return old;
  };
  return Promise.race([renewed.catch(keep), scheduler.wait(PATIENCE_MS).then(() => entries.get(id)?.channel ?? keep())]);
}

async function read(env: Env, entries: Map<string, Entry>, id: string): Promise<Channel | null> {
  const channel = await within(LOOKUP_MS, channels.find(database(env.DB), id, env.SECRET_KEY));
  entries.set(id, { channel, goodUntil: Date.now() + (channel ? FRESH_MS : MISSING_MS) });
  return channel;
}
