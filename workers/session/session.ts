import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env';

/** `expiresAt` in epoch ms; null = until it is ended. */
type Entry = { value: string; expiresAt: number | null };

/**
 * One value of better-auth's session storage: a signed-in session, or a user's list of them. Named by its key, so that reading a
 * session on every request needs no database, and ending it ends it everywhere at once. Calls do not interleave while one of them
 * waits for storage, which makes each of them atomic.
 */
export class Session extends DurableObject<Env> {
  /** The value, or null when there is none or it has expired. */
  async read(): Promise<string | null> {
    const entry = await this.ctx.storage.get<Entry>('entry');
    if (!entry || (entry.expiresAt !== null && Date.now() >= entry.expiresAt)) return null;
    return entry.value;
  }

  /** Keeps a value for so many ms; null = until it is ended. */
  async write(value: string, ttlMs: number | null): Promise<void> {
    const expiresAt = ttlMs === null ? null : Date.now() + ttlMs;
    const entry: Entry = { value, expiresAt };
    await this.ctx.storage.put('entry', entry);
    if (expiresAt !== null) await this.ctx.storage.setAlarm(expiresAt);
  }

  /** Reads the value and ends it: of two callers one gets it. */
  async take(): Promise<string | null> {
    const value = await this.read();
    await this.end();
    return value;
  }

  /** Counts one up and answers with the new count; the first one starts the time to live. */
  async increment(ttlMs: number): Promise<number> {
    const value = await this.read();
    if (value === null) {
      await this.write('1', ttlMs);
      return 1;
    }
    const count = Number(value) + 1;
    const entry = await this.ctx.storage.get<Entry>('entry');
    await this.ctx.storage.put('entry', { value: String(count), expiresAt: entry?.expiresAt ?? null });
    return count;
  }

  async end(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    // A value that was written anew meanwhile lives on.
    if ((await this.read()) === null) await this.end();
  }
}
