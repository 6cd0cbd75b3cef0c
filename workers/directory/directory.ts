import { DurableObject } from 'cloudflare:workers';
import type { Receipt } from '../../src/lib/domain/provider';
import type { Env } from '../env';
import { DirectoryStore } from './store';

/** Objects per channel; each serves some hundred writes a second. */
export const SHARDS = 64;
/** A receipt that came before its message was known waits this long, then it is dropped. */
const PARKED_MS = 24 * 3_600_000;
/** No provider reports on a message that is older. */
const ENTRY_MS = 30 * 24 * 3_600_000;
/** Between two sweeps at least: expiry need not be exact. */
const SWEEP_MS = 3_600_000;

/**
 * Which conversation a sent message belongs to, for receipts that name no end user. Keys are `id:<provider's id>` and
 * `key:<our message id>`, within one channel.
 */
export class Directory extends DurableObject<Env> {
  readonly #store: DirectoryStore;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new DirectoryStore(ctx.storage);
  }

  /** Remembers the key; returns, and forgets, the receipts that were waiting for it. */
  async put(key: string, conversationId: string): Promise<Receipt[]> {
    const receipts = this.#store.put(key, conversationId, Date.now() + ENTRY_MS);
    await this.#armBy(Date.now() + ENTRY_MS);
    return receipts;
  }

  /** Forgets the keys and what waits for them. */
  forget(keys: readonly string[]): void {
    this.#store.forget(keys);
  }

  /** The key's conversation; when it is not known (yet), the receipt is kept for `put` and the answer is null. */
  async findOrPark(key: string, receipt: Receipt): Promise<string | null> {
    const conversationId = this.#store.find(key);
    if (conversationId !== null) return conversationId;
    this.#store.park(key, receipt, Date.now() + PARKED_MS);
    await this.#armBy(Date.now() + PARKED_MS);
    return null;
  }

  /** Drops what has expired, a bounded piece at a time. Re-arms whatever happens: a spent alarm would never come back. */
  override async alarm(): Promise<void> {
    let next = Date.now() + SWEEP_MS;
    try {
      const { dropped, nextAt } = this.#store.sweep(Date.now());
      if (dropped > 0) console.warn({ event: 'receipts_dropped', count: dropped });
      if (nextAt === null) return;
      next = Math.max(nextAt, Date.now() + SWEEP_MS);
    } catch (error) {
      console.error({ event: 'directory_sweep_failed', error: String(error) });
    }
    await this.ctx.storage.setAlarm(next);
  }

  async #armBy(at: number): Promise<void> {
    const armed = await this.ctx.storage.getAlarm();
    if (armed === null || armed > at) await this.ctx.storage.setAlarm(at);
  }
}

/** The object that holds this key of this channel. */
export const directoryOf = (env: Env, channelId: string, key: string): DurableObjectStub<Directory> =>
  directoryAt(env, channelId, shardOf(key));

/** Forgets the keys of a channel, however many, in one call of each object that has any: of `SHARDS` at most. */
export async function forgetKeys(env: Env, channelId: string, keys: readonly string[]): Promise<void> {
  const parts = [...Map.groupBy(keys, shardOf)];
  await Promise.all(parts.map(([shard, part]) => directoryAt(env, channelId, shard).forget(part)));
}

const directoryAt = (env: Env, channelId: string, shard: number): DurableObjectStub<Directory> =>
  env.DIRECTORY.get(env.DIRECTORY.idFromName(`${channelId}:${shard}`));

/** FNV-1a over UTF-16 units: even enough to spread ids, and cheap. */
function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193) >>> 0;
  return hash % SHARDS;
}
