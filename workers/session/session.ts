import { DurableObject } from 'cloudflare:workers';
import { database } from '../../src/lib/server/db/client';
import { sawUser } from '../../src/lib/server/db/users';
import { accountOf, type Env } from '../env';
import { objectAt } from '../live-places';

/** Whose session it is; `id` is this object's own name. */
export type Owner = { userId: string; id: string };
/** `expiresAt` in epoch ms; null = until it is ended. `owner` only of sessions; those end as well when they are not used. */
type Entry = { value: string; expiresAt: number | null; owner: Owner | null; seenAt: number };

/** A session that nobody uses for so long is over. */
export const IDLE_MS = 3_600_000;
/** That it is in use is written down at most this often. */
const NOTE_MS = 60_000;
const REPORT_MS = 5 * 60_000;
/** What an ended session had open is told twice: once at once, and once for a socket that was just being opened. */
const AGAIN_MS = 2_000;
const PLACE = 'place:';
/** Told in one go: an invocation may make 1,000 calls, and somebody who works through a queue all day opens more. */
const TOLD_AT_ONCE = 400;
/** Keys that the storage deletes in one go. */
const DELETED_AT_ONCE = 128;

/**
 * One value of better-auth's storage: a sign-in's session, or the short-lived note of a sign-in under way. Reading a session on every
 * request needs no database, and ending it ends it everywhere at once: it remembers what it has opened, and closes that. Calls do not
 * interleave while one of them waits for storage, which makes each of them atomic.
 */
export class Session extends DurableObject<Env> {
  #entry: Entry | null | undefined;
  #reportedAt = 0;
  readonly #places = new Set<string>();

  /** The value, or null when there is none or it is over. To use a session keeps it from ending idle; only to look at it does not. */
  async read(isUse = true): Promise<string | null> {
    const entry = await this.#live();
    if (!entry) return null;
    if (entry.owner && isUse) await this.#see(entry, entry.owner);
    return entry.value;
  }

  /** Keeps a value for so many ms; null = until it is ended. With an owner it is a session; one that has ended stays so. */
  async write(value: string, ttlMs: number | null, owner: Owner | null = null): Promise<void> {
    if (await this.ctx.storage.get<Owner>('ended')) return;
    const now = Date.now();
    const entry: Entry = { value, expiresAt: ttlMs === null ? null : now + ttlMs, owner, seenAt: now };
    this.#entry = entry;
    await this.ctx.storage.put('entry', entry);
    const overAt = overAtOf(entry);
    if (overAt !== null) await this.ctx.storage.setAlarm(overAt);
  }

  /** Reads the value and ends it: of two callers one gets it. */
  async take(): Promise<string | null> {
    const value = await this.read();
    await this.end();
    return value;
  }

  /** Counts one up and answers with the new count; the first one starts the time to live. */
  async increment(ttlMs: number): Promise<number> {
    const entry = await this.#live();
    if (!entry) {
      await this.write('1', ttlMs);
      return 1;
    }
    const count = Number(entry.value) + 1;
    this.#entry = { ...entry, value: String(count) };
    await this.ctx.storage.put('entry', this.#entry);
    return count;
  }

  /** When it was last used, epoch ms; null when it is over. Asking is no use of it. */
  async seenAt(): Promise<number | null> {
    return (await this.#live())?.seenAt ?? null;
  }

  /** Notes that it is about to open or hold something, by its path under `/live/`; false when it is over. */
  async enter(path: string): Promise<boolean> {
    const entry = await this.#live();
    if (!entry?.owner) return false;
    if (this.#places.has(path)) return true;
    await this.ctx.storage.put(PLACE + path, Date.now());
    this.#places.add(path);
    return true;
  }

  /** Over from now on. What it had open is closed, and what its user held is let go. */
  async end(): Promise<void> {
    const owner = (await this.#load())?.owner;
    if (!owner) {
      if (!(await this.ctx.storage.get<Owner>('ended'))) await this.#forget();
      return;
    }
    this.#entry = null;
    await this.ctx.storage.put('ended', owner);
    await this.ctx.storage.delete('entry');
    // The backstop, should this object die before all have been told.
    await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    this.ctx.waitUntil(this.#closeLatest(owner));
  }

  override async alarm(): Promise<void> {
    const ended = await this.ctx.storage.get<Owner>('ended');
    if (ended) {
      const left = await this.#closeSome(ended);
      if (left === 'none') await this.#forget();
      else await this.ctx.storage.setAlarm(Date.now() + (left === 'more' ? 0 : AGAIN_MS));
      return;
    }
    const entry = await this.#live();
    if (!entry) return;
    // It was used, or written anew, meanwhile.
    const overAt = overAtOf(entry);
    if (overAt !== null) await this.ctx.storage.setAlarm(overAt);
  }

  /** Closes what it has opened last, at once. All of it is told again, and taken off the list, by the alarm. */
  async #closeLatest(owner: Owner): Promise<void> {
    const places = [...(await this.ctx.storage.list<number>({ prefix: PLACE }))].sort(([, a], [, b]) => b - a);
    await this.#close(
      owner,
      places.slice(0, TOLD_AT_ONCE).map(([key]) => key),
    );
  }

  /** Closes some of what it has open, and forgets what was told. `more`: the rest can be told now; `unreached`: something could not be. */
  async #closeSome(owner: Owner): Promise<'none' | 'more' | 'unreached'> {
    const keys = [...(await this.ctx.storage.list({ prefix: PLACE, limit: TOLD_AT_ONCE })).keys()];
    const { told, isAll } = await this.#close(owner, keys);
    for (let from = 0; from < told.length; from += DELETED_AT_ONCE)
      await this.ctx.storage.delete(told.slice(from, from + DELETED_AT_ONCE));
    if (!isAll) return 'unreached';
    return keys.length < TOLD_AT_ONCE ? 'none' : 'more';
  }

  /** Tells these places, and the user's account, that it is over; answers with those that have heard it. */
  async #close({ userId, id }: Owner, keys: readonly string[]): Promise<{ told: string[]; isAll: boolean }> {
    const [listed, ...answers] = await Promise.allSettled([
      accountOf(this.env, userId).remove(id),
      ...keys.map((key) => objectAt(this.env, key.slice(PLACE.length))?.disconnect(id, userId)),
    ]);
    const told = keys.filter((_, i) => answers[i]?.status === 'fulfilled');
    const failed = keys.length - told.length + (listed.status === 'fulfilled' ? 0 : 1);
    if (failed > 0) console.warn({ event: 'session_end_not_told', userId, failed });
    return { told, isAll: failed === 0 };
  }

  /** The entry, unless it is over: then it ends here, whether or not the alarm has fired. */
  async #live(): Promise<Entry | null> {
    const entry = await this.#load();
    if (!entry) return null;
    const overAt = overAtOf(entry);
    if (overAt === null || Date.now() < overAt) return entry;
    await this.end();
    return null;
  }

  async #load(): Promise<Entry | null> {
    this.#entry ??= (await this.ctx.storage.get<Entry>('entry')) ?? null;
    return this.#entry;
  }

  async #see(entry: Entry, { userId }: Owner): Promise<void> {
    const now = Date.now();
    const notedAt = entry.seenAt;
    if (now - notedAt < NOTE_MS) return;
    this.#entry = { ...entry, seenAt: now };
    await this.ctx.storage.put('entry', this.#entry);
    if (now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    // For the list of users; nothing waits for it.
    this.ctx.waitUntil(
      sawUser(database(this.env.DB), userId, now).catch((error: unknown) =>
        console.warn({ event: 'last_seen_not_kept', userId, error: String(error) }),
      ),
    );
  }

  async #forget(): Promise<void> {
    this.#entry = null;
    this.#places.clear();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }
}

/** When an entry is over unless it is used before; null = never. */
function overAtOf({ expiresAt, owner, seenAt }: Entry): number | null {
  if (!owner) return expiresAt;
  return Math.min(expiresAt ?? Infinity, seenAt + IDLE_MS);
}
