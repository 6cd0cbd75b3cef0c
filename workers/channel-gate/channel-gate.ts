import { DurableObject } from 'cloudflare:workers';
import type { Check } from '../../src/lib/domain/provider';
import type { ChannelRow } from '../../src/lib/server/db/channels';
import { forgetChannel } from '../channels';
import { hubsOf, type Env } from '../env';
import { Held } from './held';
import { Pace } from './pace';
import { checkChannel, connectChannel, syncTemplates, type Synced } from './setup';
import { GateStore, type Counts, type Signs, type Stop } from './store';

/** Whether one message may leave now: after `waitMs` (0 = now), or not until an Admin has put the channel right. */
export type Admission = { status: 'open'; waitMs: number } | { status: 'stopped'; reason: string; code: string };

/** How many messages of a campaign may leave now; none: ask again after `waitMs`. */
export type Admissions =
  { status: 'open'; granted: number; waitMs: number } | { status: 'stopped'; reason: string; code: string };

/** How one call of the provider ended. */
export type Outcome = { status: 'sent' | 'failed' | 'retry' | 'unknown' } | { status: 'stopped'; reason: string; code: string };

/** How the channel is doing. Times in epoch ms; counts are of the last hour, to five minutes. */
export type Health = Signs & {
  sent: number;
  failed: number;
  unknown: number;
  /** Tries that were put off: the provider was busy. */
  retried: number;
  /** Events that came in, and parts of deliveries that could not be understood. */
  received: number;
  rejected: number;
  /** Conversations with a message that waits for its turn or for a stopped channel. */
  waiting: number;
  stopped: Stop | null;
};

/** Counts are written down together, this long after the first of them: what a crash in between loses is a second of figures. */
const FLUSH_MS = 1_000;

/**
 * One channel's way out: paces, stops and counts its sends, and knows when it last heard of its provider. What an Admin tries on a
 * channel runs here as well. Its name is the channel's id. No method throws: a gate that fails must not hold up messages.
 */
export class ChannelGate extends DurableObject<Env> {
  readonly #store: GateStore;
  readonly #held: Held;
  readonly #pace = new Pace();
  #stop: Stop | null;
  /** Not written down yet. */
  #counts: Partial<Counts> = {};
  #signs: Partial<Signs> = {};
  #isFlushPlanned = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new GateStore(ctx.storage);
    this.#held = new Held(this.#store);
    this.#stop = this.#store.stop();
  }

  /** Asks for one message of this conversation to leave. Whoever is told to wait may ask again then, or just go. */
  admit(conversationId: string, perSecond: number, paceMs = 0): Admission {
    const now = Date.now();
    return this.#guarded<Admission>({ status: 'open', waitMs: 0 }, () => {
      if (!this.#stop) return { status: 'open', waitMs: this.#pace.book(conversationId, { perSecond, paceMs }, now) };
      this.#held.add(conversationId, now);
      return { status: 'stopped', reason: this.#stop.reason, code: this.#stop.code };
    });
  }

  /** Asks for up to `count` messages of a campaign to leave. What is granted and not used is lost. */
  admitMany(count: number, perSecond: number): Admissions {
    return this.#guarded<Admissions>({ status: 'open', granted: count, waitMs: 0 }, () => {
      if (this.#stop) return { status: 'stopped', reason: this.#stop.reason, code: this.#stop.code };
      return { status: 'open', ...this.#pace.bookMany(count, perSecond, Date.now()) };
    });
  }

  /** Says how the messages of a campaign fared; `stop` when one found that nothing leaves any more. */
  settleMany(
    campaignId: string,
    counts: Partial<Record<'sent' | 'failed' | 'retry' | 'unknown', number>>,
    stop: { reason: string; code: string } | null,
  ): void {
    const now = Date.now();
    this.#guarded(undefined, () => {
      if (stop) this.#hold(campaignId, stop, now);
      else this.#held.delete(campaignId);
      for (const what of ['sent', 'failed', 'retry', 'unknown'] as const) {
        if (counts[what]) this.#count(what, counts[what]);
      }
      if (counts.sent) this.#signs.lastSentAt = now;
    });
  }

  /** Says how an admitted message fared. */
  settle(conversationId: string, outcome: Outcome): void {
    const now = Date.now();
    this.#guarded(undefined, () => {
      this.#pace.done(conversationId);
      if (outcome.status === 'stopped') return this.#hold(conversationId, outcome, now);
      this.#held.delete(conversationId);
      this.#count(outcome.status, 1);
      if (outcome.status === 'sent') this.#signs.lastSentAt = now;
    });
  }

  /** Of these conversations nothing waits any more: their people were erased. */
  forget(conversationIds: readonly string[]): void {
    this.#guarded(undefined, () => {
      for (const id of conversationIds) {
        this.#pace.done(id);
        this.#held.delete(id);
      }
    });
  }

  /** Says that so many events came in, and so many parts that could not be understood. */
  saw(count: number, rejected: number): void {
    this.#guarded(undefined, () => {
      this.#signs.lastInboundAt = Date.now();
      this.#count('received', count);
      this.#count('rejected', rejected);
    });
  }

  /** Lets a stopped channel send again. What has waited asks by itself within half a minute. */
  resume(): void {
    this.#guarded(undefined, () => {
      if (!this.#stop) return;
      this.#stop = null;
      this.#store.setStop(null);
      this.#tellDashboards();
    });
  }

  health(): Health {
    const now = Date.now();
    const unknown = {
      lastInboundAt: null,
      lastSentAt: null,
      sent: 0,
      failed: 0,
      unknown: 0,
      retried: 0,
      received: 0,
      rejected: 0,
    };
    return this.#guarded<Health>({ ...unknown, waiting: 0, stopped: this.#stop }, () => {
      this.#flush(now);
      const { retry, ...counts } = this.#store.counts(now);
      const waiting = new Set([...this.#held.ids(now), ...this.#pace.waiting(now)]).size;
      return { ...this.#store.signs(), ...counts, retried: retry, waiting, stopped: this.#stop };
    });
  }

  /** Why nothing is sent at the moment; null = it is. */
  stopped(): Stop | null {
    return this.#stop;
  }

  /** The channel's row has been changed: what this isolate remembers of it is old. */
  changed(): void {
    forgetChannel(this.env, this.#channelId);
    this.#guarded(undefined, () => this.#store.keepRow(null));
    // Its name or service may have changed, and with it what they say of its stop.
    if (this.#stop) this.#tellDashboards();
  }

  /** Keeps the channel's row, its secrets encrypted, for when the database is down. */
  keepRow(row: ChannelRow): void {
    this.#guarded(undefined, () => this.#store.keepRow(JSON.stringify(row)));
  }

  /** The row that was kept last; null when none was since the channel was changed. */
  keptRow(): ChannelRow | null {
    return this.#guarded<ChannelRow | null>(null, () => {
      const text = this.#store.keptRow();
      return text === null ? null : JSON.parse(text);
    });
  }

  /** Looks whether everything about the channel is as it should be. `origin` is where the Admin reaches us. */
  check(origin: string): Promise<Check[]> {
    return checkChannel(this.env, this.#channelId, this.health(), origin);
  }

  /** Tells the provider where our webhook is. `origin` is where the world reaches us. */
  connectWebhook(origin: string): Promise<Check> {
    return connectChannel(this.env, this.#channelId, origin);
  }

  /** Fetches the provider's approved templates. */
  syncTemplates(): Promise<Synced> {
    return syncTemplates(this.env, this.#channelId);
  }

  get #channelId(): string {
    return this.ctx.id.name ?? '';
  }

  #hold(conversationId: string, { reason, code }: Omit<Stop, 'at'>, now: number): void {
    this.#held.add(conversationId, now);
    if (this.#stop?.code === code && this.#stop.reason === reason) return;
    this.#stop = { reason, code, at: this.#stop?.at ?? now };
    this.#store.setStop(this.#stop);
    console.warn({ event: 'channel_stopped', channelId: this.#channelId, code });
    this.#tellDashboards();
  }

  /** The dashboards say which channels are stopped. One that does not hear of it does so with its next connection. */
  #tellDashboards(): void {
    const told = Promise.all(hubsOf(this.env).map((hub) => hub.channelsChanged()));
    this.ctx.waitUntil(told.catch((error: unknown) => console.warn({ event: 'hub_unreachable', error: String(error) })));
  }

  #count(what: keyof Counts, n: number): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + n;
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setTimeout(() => this.#guarded(undefined, () => this.#flush(Date.now())), FLUSH_MS);
  }

  #flush(now: number): void {
    this.#isFlushPlanned = false;
    const [counts, signs] = [this.#counts, this.#signs];
    this.#counts = {};
    this.#signs = {};
    if (Object.keys(counts).length > 0) this.#store.record(counts, signs, now);
  }

  #guarded<T>(otherwise: T, work: () => T): T {
    try {
      return work();
    } catch (error) {
      console.error({ event: 'gate_failed', channelId: this.#channelId, error: String(error) });
      return otherwise;
    }
  }
}
