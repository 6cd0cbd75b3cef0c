import { DurableObject } from 'cloudflare:workers';
import { z } from 'zod';
import { sumCounts, type TabCounts } from '../../src/lib/domain/list';
import { type InboxFrame, PING, PONG } from '../../src/lib/domain/protocol';
import { may } from '../../src/lib/domain/role';
import { shown, type Published, type Summary } from '../../src/lib/domain/summary';
import type { AuditEntry } from '../../src/lib/server/db/audit';
import { database } from '../../src/lib/server/db/client';
import { counts, write } from '../../src/lib/server/db/conversations';
import { beginWhole, countParts, foldSome } from '../../src/lib/server/db/folding';
import { foldNames } from '../../src/lib/server/db/people-names';
import { reindexSome } from '../../src/lib/server/db/reindexing';
import { conversationOf, policyOf, readModelOf, readModelsOf, type Env } from '../env';
import { acceptSocket, attachmentFrom, broadcast, closeQuietly, closeSession, police, sendFrame } from '../sockets';
import { within } from '../time';
import { AuditWriter, recordActs } from './audit-writer';
import { Backfill } from './backfill';
import { BatchWriter } from './batch-writer';
import { Folding, type Whole } from './folding';
import { Ledger } from './ledger';
import { LiveCounts } from './live-counts';
import { Presence } from './presence';
import { Recent } from './recent';
import { Registry } from './registry';

/** Under load dashboards get one frame of rows in this time; the first change after a pause goes at once. */
export const FRAME_EVERY_MS = 100;
/** No call takes this long. */
const ERASED_MS = 10 * 60_000;
/** Longer than the database's own limit: a write that never answers must not hold up all that come after it. */
const WRITE_TIMEOUT_MS = 35_000;
/** What was noted this long ago and is not written is asked for again, so many at once. */
const OVERDUE_MS = 5_000;
const AGAIN_EVERY_MS = 10_000;
const AGAIN_AT_ONCE = 200;
/** Of one look at what a migration has left to do: as long in the database's way as a batch of messages or two. */
const NAMES_AT_ONCE = 500;
const ENTRIES_AT_ONCE = 200;

/**
 * The hub: takes every conversation's summary, shows it to all dashboards and writes it to the read model in batches. It holds no truth,
 * and stores nothing but which conversations there are, and of which it has not written the row yet: those it asks again after a crash.
 */
export class Inbox extends DurableObject<Env> {
  readonly #writer: BatchWriter;
  readonly #ledger: Ledger;
  #isArmed = false;
  readonly #audit: AuditWriter;
  readonly #registry: Registry;
  readonly #backfills: Backfill[];
  readonly #foldings: Folding[];
  readonly #counts: LiveCounts;
  readonly #presence: Presence;
  readonly #recent = new Recent();
  /** Changed since the last frame, the newest of each conversation. */
  readonly #unsent = new Map<string, Summary>();
  #frameTimer = false;
  /** Conversations that were erased a while ago, and when: a row of theirs may still be on its way here. */
  readonly #erased = new Map<string, number>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#registry = new Registry(ctx.storage.sql);
    this.#backfills = [
      new Backfill('names', () => foldNames(env.DB, NAMES_AT_ONCE)),
      ...readModelsOf(env).map((d1) => new Backfill('index', () => reindexSome(d1, ENTRIES_AT_ONCE))),
    ];
    const clock = { later: (run: () => void, afterMs: number) => void setTimeout(run, afterMs), now: () => Date.now() };
    this.#presence = new Presence({ ...clock, sockets: () => this.ctx.getWebSockets(), tell: (frame) => this.#tell(frame) });
    this.#counts = new LiveCounts({
      ...clock,
      count: () => within(WRITE_TIMEOUT_MS, countAll(env)),
      tell: (counts) => this.#tell({ type: 'counts', counts }),
      isWatched: () => this.ctx.getWebSockets().length > 0,
    });
    this.#foldings = readModelsOf(env).map((d1, no) => {
      const key = `index_folded_${no}`;
      const timely = <T>(ask: (d1: D1Database) => Promise<T>) => within(WRITE_TIMEOUT_MS, ask(d1));
      return new Folding({
        ...clock,
        parts: () => timely(countParts),
        fold: () => timely(foldSome),
        beginWhole: () => timely(beginWhole),
        whole: { last: () => ctx.storage.kv.get<Whole>(key) ?? null, keep: (whole) => ctx.storage.kv.put(key, whole) },
      });
    });
    this.#writer = new BatchWriter({
      ...clock,
      // That a write which took too long may still happen does no harm: versions decide.
      write: async (summaries) => {
        await within(WRITE_TIMEOUT_MS, writeEach(env, summaries));
        this.#counts.changed();
        for (const folding of this.#foldings) folding.changed();
      },
    });
    this.#ledger = new Ledger({ ...clock, sql: ctx.storage.sql, noted: () => this.#arm() });
    this.#audit = new AuditWriter({ ...clock, write: (entries) => within(WRITE_TIMEOUT_MS, recordActs(env, entries)) });
    // Answered by the runtime: keep-alives never wake the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  /** Shows the row to every dashboard and resolves when the read model has it. Rejects when it could not be written: publish again. */
  async publish(summary: Published): Promise<void> {
    if (!this.#isOfErased(summary)) await this.#put(summary);
  }

  /** The same for who is waited for: resolves as soon as the hub is sure to see to it, whatever becomes of the database or of itself. */
  async take(summary: Published): Promise<void> {
    if (!this.#isOfErased(summary)) await this.#ledger.safe(summary, this.#put(summary, { awaited: true }));
  }

  #isOfErased({ id, lastInboundAt }: Published): boolean {
    return lastInboundAt <= (this.#erased.get(id) ?? -Infinity);
  }

  /** Resolves when the read model has it, rejects when it could not be written. */
  async #put(summary: Published, how = { awaited: false }): Promise<void> {
    this.#registry.add(summary.id);
    if (summary.version > (this.#unsent.get(summary.id)?.version ?? -Infinity)) this.#unsent.set(summary.id, shown(summary));
    if (!this.#frameTimer) this.#sendRows();
    await this.#writer.add(summary, how);
    this.#ledger.written(summary);
  }

  /** Asks for rows that were taken and not written. Never throws, because the runtime gives a throwing alarm up for good. */
  override async alarm(): Promise<void> {
    this.#isArmed = false;
    const ids = this.#ledger.overdue(OVERDUE_MS);
    for (let failed = 0, from = 0; failed === 0 && from < ids.length; from += AGAIN_AT_ONCE) {
      const results = await Promise.allSettled(ids.slice(from, from + AGAIN_AT_ONCE).map((id) => this.#takeAgain(id)));
      failed = results.filter(({ status }) => status === 'rejected').length;
      if (failed > 0) console.warn({ event: 'rows_not_written', count: failed });
    }
    if (!this.#ledger.clear()) this.#arm();
  }

  async #takeAgain(id: string): Promise<void> {
    const summary = (await conversationOf(this.env, id).row())?.summary;
    if (!summary || this.#isOfErased(summary)) return this.#ledger.forget(id);
    await this.#put(summary);
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    void this.ctx.storage.setAlarm(Date.now() + AGAIN_EVERY_MS);
  }

  /**
   * Takes rows off every dashboard for good. Resolves when no write of theirs is under way: what is deleted from the database after that
   * stays deleted. `erasedAt`: later messages of theirs are welcome; epoch ms.
   */
  async erase(erased: readonly { id: string; erasedAt: number }[]): Promise<void> {
    for (const [id, at] of this.#erased) if (at < Date.now() - ERASED_MS) this.#erased.delete(id);
    for (const { id, erasedAt } of erased) {
      this.#erased.set(id, erasedAt);
      this.#unsent.delete(id);
      this.#registry.forget(id);
      this.#ledger.forget(id);
    }
    const ids = erased.map(({ id }) => id);
    this.#recent.forget();
    this.#tell({ type: 'erased', ids });
    await Promise.all([this.#writer.drop(new Set(ids)), this.#audit.settled()]);
  }

  /** Writes an act of a conversation down, together with others of the moment; resolves when the database has it. */
  record(entry: AuditEntry): Promise<void> {
    const { type, id, of } = entry.subject;
    const isLate = of !== undefined && entry.at <= (this.#erased.get(of.id) ?? -Infinity);
    // What was done stays; that it was done to somebody who may be here again does not.
    return this.#audit.add(isLate ? { ...entry, subject: { type, id } } : entry);
  }

  /** Conversations that have ever shown themselves here: the next ids in their order. */
  conversations(after: string, limit: number): string[] {
    return this.#registry.after(after, limit);
  }

  /** Ids of the agents who have the dashboard open, each once. */
  online(): string[] {
    return this.#presence.agents().map(({ id }) => id);
  }

  /** Rows that the read model may not show yet: lay them over what it answers. */
  pending(): Summary[] {
    return this.#writer.pending().map(shown);
  }

  /** Conversations whose row the read model may not have yet. */
  unwritten(): string[] {
    return [...this.#writer.unwritten(), ...this.#ledger.open()];
  }

  /** The read model was changed by others than the hub: every dashboard is told what there is now. */
  recount(): void {
    this.#counts.changed();
  }

  /** Tells every dashboard that a channel was stopped, or works again. */
  channelsChanged(): void {
    this.#recent.forget();
    this.#tell({ type: 'channels' });
  }

  /** Closes every dashboard of a sign-in that has ended. */
  disconnect(session: string): void {
    for (const socket of closeSession(this.ctx.getWebSockets(), session)) this.#presence.left(socket);
  }

  /** Takes a dashboard's upgrade, which the Worker entry has authenticated. `?since=` is the last `at` that it has heard, if any. */
  override async fetch(request: Request): Promise<Response> {
    const attachment = attachmentFrom(request);
    if (!attachment) return new Response('Expected an authenticated upgrade', { status: 426 });
    if (!may(attachment.agent.role, 'conversations')) return new Response(null, { status: 403 });
    for (const backfill of this.#backfills) this.ctx.waitUntil(backfill.round());
    this.#presence.came(attachment.agent);
    const { socket, response } = acceptSocket(this.ctx, attachment);
    const missed = this.#recent.since(new URL(request.url).searchParams.get('since'));
    const caughtUp = { isCaughtUp: missed !== null, rows: missed ?? [] };
    const hello = { at: this.#recent.at, now: Date.now(), ...caughtUp, agents: this.#presence.agents() };
    sendFrame(socket, { type: 'hello', ...hello } satisfies InboxFrame);
    const counts = this.#counts.latest();
    if (counts) sendFrame(socket, { type: 'counts', counts } satisfies InboxFrame);
    return response;
  }

  /** Dashboards have nothing to say but pings, which the runtime answers: everything that comes here is refused. */
  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    police(socket, data, z.never(), Date.now());
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    closeQuietly(socket, code);
    this.#presence.left(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket, 1011);
  }

  #sendRows(): void {
    this.#frameTimer = false;
    if (this.#unsent.size === 0) return;
    const rows = [...this.#unsent.values()];
    this.#unsent.clear();
    this.#tell({ type: 'rows', at: this.#recent.add(rows), rows });
    this.#frameTimer = true;
    setTimeout(() => this.#sendRows(), FRAME_EVERY_MS);
  }

  #tell(frame: InboxFrame): void {
    broadcast(this.ctx.getWebSockets(), frame);
  }
}

/** Each row into the database that has its conversation. Rejects when one could not be written; those that were are written. */
async function writeEach(env: Env, summaries: readonly Published[]): Promise<void> {
  const parts = Map.groupBy(summaries, ({ id }) => readModelOf(env, id));
  await Promise.all([...parts].map(([d1, rows]) => write(d1, rows)));
}

/** What the whole list has now, in all databases. */
async function countAll(env: Env): Promise<TabCounts> {
  // Nobody in particular asks, and nothing of theirs is asked for.
  const facts = { now: Date.now(), policy: policyOf(env), userId: '' };
  return sumCounts(await Promise.all(readModelsOf(env).map((d1) => counts(database(d1), {}, facts))));
}
