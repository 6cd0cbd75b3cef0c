import { DurableObject } from 'cloudflare:workers';
import {
  isDone,
  progressOf,
  type BroadcastPlan,
  type Outcome,
  type Progress,
  type RecipientRow,
} from '../../src/lib/domain/broadcast';
import { PING, PONG } from '../../src/lib/domain/protocol';
import type { Receipt } from '../../src/lib/domain/provider';
import { begin } from '../../src/lib/server/db/broadcasts';
import type { Env } from '../env';
import { migrate } from '../object-schema';
import { BACKSTOP_MS, dueAt, LEASE_MS } from './due';
import { Gathering } from './gathering';
import { Lanes } from './lanes';
import { takeReceipt, takeSettlement, type Settlement } from './outcomes';
import { whyHeld } from './outlet';
import { Rate } from './rate';
import { Records } from './records';
import { schema } from './schema';
import { begun, finished, lookedAt, paused, planned, resumed, stopped, type State } from './state';
import type { Taken } from './recipient';
import { Store } from './store';
import { Watchers } from './watchers';

const MAX_LIST = 500;
const PATIENCE_MS = 3_000;

const BROKE_OFF = 'The connection to the provider broke off while it was being sent. The message may have gone out.';

/** What a lane has to do: `taken` empty = nothing at the moment. */
export type Work = { channelId: string; taken: Taken[] };

/**
 * One campaign's sending: the only truth of who gets it and what became of each. It gathers, hands out recipients to lanes that call the
 * provider, and takes their outcomes. A recipient is marked before the call, in storage, so that no failure anywhere makes a second one.
 */
export class Broadcast extends DurableObject<Env> {
  readonly #store: Store;
  readonly #lanes: Lanes;
  readonly #records: Records;
  readonly #watchers: Watchers;
  readonly #rate = new Rate();
  readonly #gathering: Gathering;
  /** Not to be begun before, as the database has not answered; epoch ms. */
  #beginAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, schema);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.#store = new Store(ctx.storage.sql);
    this.#lanes = new Lanes(env);
    this.#records = new Records(env, this.#store, () => this.progress());
    this.#watchers = new Watchers(ctx, () => this.progress());
    this.#gathering = new Gathering({
      env,
      store: this.#store,
      transact: (work) => this.#transact(work),
      moved: () => this.#moved(),
      pause: (reason, isHeld) => this.#change((state) => paused(state, reason, isHeld)),
    });
  }

  /**
   * Takes the plan and begins at its time. The same again changes nothing; a plan that waits for its time is replaced by a new one. What
   * has begun goes on as it was approved.
   */
  async launch(plan: BroadcastPlan): Promise<Progress> {
    const state = this.#store.state();
    if (state === null || state.phase === 'scheduled') {
      this.#set(planned(plan));
    }
    await this.#arm();
    return this.progress() ?? Promise.reject(new Error('a broadcast without a plan'));
  }

  /** Nobody is called any more, within a second; what is being called ends. Nothing is lost. */
  async pause(): Promise<Progress | null> {
    this.#change((state) => paused(state, null, false));
    await this.#arm();
    return this.progress();
  }

  async resume(): Promise<Progress | null> {
    this.#change(resumed);
    await this.#arm();
    return this.progress();
  }

  /** Forgets a plan that has not begun, which may be planned anew; false when it has begun. Nothing planned: nothing to forget. */
  async cancel(): Promise<boolean> {
    const state = this.#store.state();
    if (state === null) return true;
    if (state.phase !== 'scheduled') return false;
    await this.#forget();
    return true;
  }

  /** Ends it for good: who has not been called stays uncalled. One that has not begun is forgotten, and may be planned anew. */
  async stop(): Promise<Progress | null> {
    if (await this.cancel()) return this.progress();
    this.#change((state) => stopped(state, Date.now()));
    await this.#arm();
    return this.progress();
  }

  /** null = nothing was planned here. */
  progress(): Progress | null {
    const state = this.#store.state();
    if (!state) return null;
    const { phase, startedAt, finishedAt, reason } = state;
    const perSecond = phase === 'sending' ? this.#rate.perSecond(Date.now()) : 0;
    return progressOf(this.#store.tally(), { phase, startedAt, finishedAt, reason, perSecond });
  }

  /** Makes the recipients with these addresses unreadable. Resolves when no write to D1 that may have them is under way. Twice = once. */
  async erase(addresses: readonly string[]): Promise<void> {
    this.#gathering.erased();
    this.#transact(() => this.#store.erase(addresses, Date.now()));
    this.#watchers.changed();
    await this.#records.settled();
  }

  /** Recipients in order, after a `seq`; at most 500 at once. */
  recipients({ outcome, after, limit }: { outcome?: Outcome; after: number; limit: number }): RecipientRow[] {
    return this.#store.list(outcome ?? null, after, Math.min(limit, MAX_LIST));
  }

  /** What has become of one recipient; null when there is none such. */
  outcome(seq: number): Outcome | null {
    return this.#store.recipient(seq)?.outcome ?? null;
  }

  /** Whether this lane has something to do, and on which channel; null = it may end. */
  enter(piece: number, run: string): { channelId: string } | null {
    const now = Date.now();
    const state = this.#store.state();
    if (state?.phase !== 'sending' || !this.#isDue(now) || !this.#lanes.enter(piece, run, now)) return null;
    return { channelId: state.plan.channelId };
  }

  /** Hands out up to `limit` recipients, each to be called once. Empty: nobody is to be called now. */
  take(piece: number, run: string, limit: number): Taken[] {
    const now = Date.now();
    if (this.#store.state()?.phase !== 'sending' || !this.#lanes.enter(piece, run, now)) return [];
    const taken = this.ctx.storage.transactionSync(() => this.#store.take(limit, now));
    if (taken.length > 0) this.#watchers.changed();
    return taken;
  }

  /** Notes what became of the calls. Twice = once. */
  async settle(settlements: readonly Settlement[]): Promise<void> {
    const now = Date.now();
    const stop = settlements.map(({ result }) => result).find((result) => result.status === 'stopped');
    this.#transact(() => {
      for (const settlement of settlements) takeSettlement(this.#store, settlement, now);
    });
    this.#rate.add(settlements.length, now);
    if (stop) await this.hold(stop.reason);
    else await this.#arm();
    this.#moved();
  }

  /** The channel is stopped: pauses until it works again. */
  async hold(reason: string): Promise<void> {
    this.#change((state) => paused(state, reason, true));
    await this.#arm();
  }

  /** A lane has ended; says whether it should be called again at once. */
  async leave(piece: number, run: string): Promise<boolean> {
    this.#lanes.leave(piece, run);
    await this.#arm();
    return this.#store.state()?.phase === 'sending' && this.#isDue(Date.now());
  }

  /** What the provider reports of messages of ours: forward only, twice = once. Those about another channel are no one's. */
  async report(channelId: string, receipts: readonly Receipt[]): Promise<void> {
    const state = this.#store.state();
    if (state?.plan.channelId !== channelId) return;
    const now = Date.now();
    this.#transact(() => {
      for (const receipt of receipts) takeReceipt(this.#store, state.plan.campaignId, receipt, now);
    });
    await this.#arm();
    this.#moved();
  }

  /** One message as its receiver got it; null when there is none such. For replies that are quicker than our records. */
  message(
    seq: number,
  ): { address: string; text: string; buttons: string[]; providerMessageId: string | null; at: number } | null {
    const found = this.#store.recipient(seq);
    if (!found?.message || found.calledAt === null) return null;
    const { address, message, providerMessageId, calledAt } = found;
    return { address, text: message.text, buttons: message.buttons, providerMessageId, at: calledAt };
  }

  /** A page's live connection; the Worker's entry has checked the session and the permission. */
  override fetch(request: Request): Response {
    return this.#watchers.accept(request);
  }

  /** Closes every page of a sign-in that has ended. */
  disconnect(session: string): void {
    this.#watchers.disconnect(session);
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#watchers.receive(socket, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#watchers.leave(socket, code);
  }

  /** Everything that time does. Never throws, because the runtime gives a throwing alarm up for good; always arms again. */
  override async alarm(): Promise<void> {
    try {
      await this.#tick();
    } catch (error) {
      console.error({ event: 'broadcast_failed', campaign: this.ctx.id.name, error: String(error) });
    } finally {
      await this.#arm();
    }
  }

  async #tick(): Promise<void> {
    const now = Date.now();
    const state = this.#store.state();
    if (!state) return;
    if (state.phase === 'scheduled' && now >= Math.max(state.plan.at ?? 0, this.#beginAt)) await this.#begin(state.plan);
    this.#transact(() => this.#store.doubt(now - LEASE_MS, BROKE_OFF, now));
    await this.#gathering.run();
    if (state.phase === 'paused' && state.isHeld) await this.#lookAtChannel(state.plan.channelId);
    if (isDone(this.#store.tally())) this.#change((current) => finished(current, Date.now()));
    if (this.#store.state()?.phase === 'sending' && this.#isDue(Date.now())) {
      const { perSecond = 1 } = this.#store.state() ?? {};
      await this.#lanes.wake(state.plan.campaignId, { recipients: this.#store.tally().queued, perSecond }, Date.now());
    }
    // A database that stalls must not keep the next alarm from ringing.
    await Promise.race([this.#records.write(), scheduler.wait(PATIENCE_MS)]);
  }

  /** Begins at its time, if it still is to: nobody may have been able to say here that it was taken back. Throws what the database throws. */
  async #begin({ campaignId, at }: BroadcastPlan): Promise<void> {
    this.#beginAt = Date.now() + BACKSTOP_MS;
    const status = await begin(this.env.DB, campaignId, at, Date.now());
    this.#beginAt = 0;
    const state = this.#store.state();
    // Called off, or planned anew, while it was asked.
    if (state?.phase !== 'scheduled' || state.plan.at !== at) return;
    if (status === null) return this.#forget();
    this.#set(begun(state, status === 'paused', Date.now()));
  }

  async #forget(): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#store.clear());
    await this.ctx.storage.deleteAlarm();
    this.#watchers.changed();
  }

  /** Goes on when an Admin has put the channel right. */
  async #lookAtChannel(channelId: string): Promise<void> {
    const reason = await whyHeld(this.env, channelId);
    this.#change((state) => lookedAt(state, reason));
  }

  #isDue(now: number): boolean {
    const at = this.#store.nextDueAt();
    return at !== null && at <= now;
  }

  /** Takes a step, where there is a plan and the step leads anywhere. */
  #change(step: (state: State) => State): void {
    const state = this.#store.state();
    const next = state && step(state);
    if (next && next !== state) this.#set(next);
  }

  #set(state: State): void {
    this.#transact(() => this.#store.setState(state));
    this.#moved();
  }

  /** All or nothing: an uncaught error alone would not undo what was written before it. */
  #transact(work: () => void): void {
    try {
      this.ctx.storage.transactionSync(() => {
        work();
        this.#records.touch();
      });
    } catch (error) {
      this.#store.forget();
      throw error;
    }
  }

  #moved(): void {
    this.#watchers.changed();
    this.#records.soon();
  }

  /** Sets the alarm to the earliest of everything that is due. */
  async #arm(): Promise<void> {
    const now = Date.now();
    const parts = { store: this.#store, records: this.#records, gathering: this.#gathering, lanes: this.#lanes };
    const at = dueAt(parts, this.#beginAt, now);
    if (at === null) return;
    const armed = await this.ctx.storage.getAlarm();
    if (armed === null || armed > at) await this.ctx.storage.setAlarm(Math.max(at, now));
  }
}
