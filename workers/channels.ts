import type { Channel, SendResult } from '../src/lib/domain/provider';
import * as channels from '../src/lib/server/db/channels';
import { database } from '../src/lib/server/db/client';
import { gateOf, type Env } from './env';
import { within } from './time';

/** A channel row is trusted this long; a missing one less, so that a new channel works soon. */
const FRESH_MS = 30_000;
const MISSING_MS = 2_000;
/** The database may take this long to renew a row that we have; then the old one will do, and is not asked about again for a while. */
const PATIENCE_MS = 250;
const RETRY_MS = 5_000;
/** A row that we do not have and that is not here by then counts as a failed database. */
const LOOKUP_MS = 3_000;

/** What does not verify may be signed with a secret that is newer than our row: worth a look, but forgers must not make many of them. */
const RENEW_MS = 2_000;

type Entry = { row: channels.ChannelRow | null; stored: channels.StoredChannel | null; goodUntil: number; readAt: number };

/** One per isolate, so that no webhook waits for the database; keyed by the database too, as tests run several in one isolate. */
const cache = new WeakMap<D1Database, Map<string, Entry>>();
/** What this isolate has given the gates to keep. */
const kept = new WeakMap<D1Database, Map<string, channels.ChannelRow>>();
/** Look-ups by `renewedChannel` that are under way. */
const renewals = new WeakMap<Map<string, Entry>, Map<string, Promise<Channel | null>>>();

/**
 * The enabled channel with this id, decrypted, or null. Served from memory; when the database fails or stalls, an old row is better
 * than turning messages away, be it one of another isolate's. A secret that was rotated out is dead on the dot all the same: its time is kept with the row.
 */
export async function channelOf(env: Env, id: string): Promise<Channel | null> {
  const entries = entriesOf(env);
  const known = entries.get(id);
  const now = Date.now();
  // Read in the future: the clock has been set back since, and nobody knows how old it is.
  if (known && known.readAt <= now && now < known.goodUntil) return inService(known.stored);
  const renewed = known ? read(env, entries, id) : readOrKept(env, entries, id);
  if (!known || inService(known.stored) === null) return inService(await renewed);
  const old = known.stored;
  const keep = () => {
    entries.set(id, { ...known, goodUntil: Date.now() + RETRY_MS });
    return old;
  };
  const latest = () => {
    const entry = entries.get(id);
    return entry && entry !== known ? entry.stored : keep();
  };
  return inService(await Promise.race([renewed.catch(keep), scheduler.wait(PATIENCE_MS).then(latest)]));
}

/**
 * The enabled channel, read again: for a delivery that does not verify by what `channelOf` said, because its secret may have been
 * replaced elsewhere a moment ago. Null when it was read just now, is not there, or the database fails: the delivery is to be refused.
 */
export async function renewedChannel(env: Env, id: string): Promise<Channel | null> {
  const entries = entriesOf(env);
  const known = entries.get(id);
  if (known && Date.now() < known.readAt + RENEW_MS) return null;
  const underWay = renewals.get(entries) ?? new Map<string, Promise<Channel | null>>();
  renewals.set(entries, underWay);
  const renewal = underWay.get(id) ?? read(env, entries, id).then(inService, () => null);
  underWay.set(id, renewal);
  try {
    // By each one's own clock: a look-up whose request was cut off never answers those who wait for it with it.
    return await within(LOOKUP_MS, renewal);
  } catch {
    return null;
  } finally {
    underWay.delete(id);
  }
}

/**
 * What a send comes to: one that would stop its channel has surely not gone out, and when the channel's secrets are others by now than those
 * it was made with, nothing has to be put right. Then it is to be tried again, which the new ones are here for. Never throws.
 */
export async function reconsidered(env: Env, used: Channel, result: SendResult): Promise<SendResult> {
  if (result.status !== 'stopped') return result;
  const now = await read(env, entriesOf(env), used.id).then(inService, () => null);
  const isReplaced = now !== null && JSON.stringify(now.secrets) !== JSON.stringify(used.secrets);
  return isReplaced ? { ...result, status: 'retry', afterMs: null } : result;
}

/** Drops what this isolate knows of the channel: it has just been changed. Other isolates learn of it when their time is up. */
export function forgetChannel({ DB }: Env, id: string): void {
  // A new map, so that a look-up under way, which may have seen the old row, ends in the one that nobody reads any more.
  const kept = new Map(cache.get(DB));
  kept.delete(id);
  cache.set(DB, kept);
}

/**
 * Has the gate keep the channel's row, for isolates that meet an outage without one. To be called for what is authentic only: nobody else
 * wakes a gate. Once for each row is enough. Throws what the gate throws.
 */
export async function keepChannel(env: Env, id: string): Promise<void> {
  const row = entriesOf(env).get(id)?.row;
  const given = kept.get(env.DB) ?? new Map<string, channels.ChannelRow>();
  kept.set(env.DB, given);
  if (!row || given.get(id)?.updated_at === row.updated_at) return;
  await gateOf(env, id).keepRow(row);
  given.set(id, row);
}

function entriesOf({ DB }: Env): Map<string, Entry> {
  const entries = cache.get(DB) ?? new Map<string, Entry>();
  cache.set(DB, entries);
  return entries;
}

const inService = (stored: channels.StoredChannel | null): Channel | null =>
  stored?.enabled ? channels.withPrevious(stored, Date.now()) : null;

async function read(env: Env, entries: Map<string, Entry>, id: string): Promise<channels.StoredChannel | null> {
  const row = await within(LOOKUP_MS, channels.loadRow(database(env.DB), id));
  return note(env, entries, id, row);
}

/** The same; while the database fails, as the channel's gate has kept it. Throws when neither has it. */
async function readOrKept(env: Env, entries: Map<string, Entry>, id: string): Promise<channels.StoredChannel | null> {
  try {
    return await read(env, entries, id);
  } catch (error) {
    const row = await gateOf(env, id).keptRow();
    if (row === null) throw error;
    return note(env, entries, id, row, RETRY_MS);
  }
}

async function note(
  env: Env,
  entries: Map<string, Entry>,
  id: string,
  row: channels.ChannelRow | null,
  goodMs = FRESH_MS,
): Promise<channels.StoredChannel | null> {
  const stored = row && (await channels.readRow(row, env.SECRET_KEY));
  const readAt = Date.now();
  entries.set(id, { row, stored, goodUntil: readAt + (stored?.enabled ? goodMs : MISSING_MS), readAt });
  return stored;
}
