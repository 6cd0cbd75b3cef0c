import { DurableObject } from 'cloudflare:workers';
import {
  decide,
  nextTickAt,
  summaryOf,
  type Change,
  type Command,
  type ConversationTarget,
} from '../../src/lib/domain/conversation';
import type { Belongings } from '../../src/lib/domain/erasure';
import { isConflict } from '../../src/lib/domain/inbound';
import { provenUntil } from '../../src/lib/domain/lock';
import type { Message } from '../../src/lib/domain/message';
import type { InboundEvent } from '../../src/lib/domain/provider';
import { PING, PONG, type ThreadFrame } from '../../src/lib/domain/protocol';
import type { Rejection } from '../../src/lib/domain/rejection';
import { fail, ok, type Result } from '../../src/lib/domain/result';
import { may, type Agent } from '../../src/lib/domain/role';
import type { Published, Summary } from '../../src/lib/domain/summary';
import { snoozeOf } from '../../src/lib/domain/snooze';
import type { Among, TicketChange, TicketStatus } from '../../src/lib/domain/ticket';
import type { Policy } from '../../src/lib/domain/window';
import type { Question } from '../../src/lib/server/db/campaign-sends';
import { policyOf, type Env } from '../env';
import { AlarmClock, type Due } from './alarm-clock';
import type { Claim, Received, SendInput, Thread } from './calls';
import { Deliveries } from './deliveries';
import { Leftovers, leftOf, together } from './leftovers';
import { isOwn, outliving } from './intake';
import { earliest } from './outbox';
import { Ownership } from './ownership';
import { Reader } from './reader';
import { Store } from './store';
import { Viewers } from './viewers';

/** A provider's answer, or a ringing alarm, waits this long for the hub to have taken what is new; then the alarm sees to it. */
const HUB_PATIENCE_MS = 250;

/**
 * One conversation: the single writer of its messages, lock, ticket, windows and outbox. This class only wires: `decide` says what
 * happens, `Store` keeps it, `Viewers` are told, `Deliveries` does what was promised.
 */
export class Conversation extends DurableObject<Env> {
  readonly #policy: Policy;
  #store: Store;
  readonly #viewers: Viewers;
  #deliveries: Deliveries;
  #ownership: Ownership;
  readonly #clock: AlarmClock;
  /** What viewers are told once the transaction is through. */
  #pendingFrames: { version: number; messages: Message[]; conversation: Summary }[] = [];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.#policy = policyOf(env);
    this.#viewers = new Viewers(ctx);
    this.#store = new Store(ctx.storage);
    this.#deliveries = this.#deliveriesOf(this.#store);
    this.#ownership = new Ownership(env, this.#store);
    this.#clock = new AlarmClock(ctx.storage);
    // Nothing to look for, and without a wait here the schema and the first message are one commit.
    if (this.#store.isBlank) {
      this.#clock.isUnset();
      return;
    }
    void ctx.blockConcurrencyWhile(async () => {
      await this.#clock.look();
      if (this.#clock.isSoon) this.#deliveries.publication.needed();
      // A deploy or a crash cut the holder's connection without a word: its grace starts now. After a hibernation nothing differs.
      this.#observeHolder();
      this.#arm();
    });
  }

  /**
   * Takes a provider's events in their order. Returns the ids that were known already with other content. What follows the commit may
   * begin up to `spreadMs` later: of a delivery for hundreds of conversations the intake comes first.
   *
   * It answers when the hub has taken what is new, or when the alarm is set to see to that. So the commit needs no alarm for the list:
   * should the process die before the answer, the provider delivers again, and what is known then is published again.
   *
   * `stays`: whoever else this object has taken them for, the conversation is here.
   */
  async receive(target: ConversationTarget, events: InboundEvent[], spreadMs = 0, stays = false): Promise<Received> {
    // Nobody has ever written to us here: a campaign's receiver has got, or read, what they were sent, and that makes no conversation.
    if (this.#store.isBlank && events.every(({ type }) => type === 'receipt')) return { conflicts: [], own: [] };
    const fresh = outliving(this.#store, events);
    if (fresh.length === 0) return { conflicts: [], own: [] };
    const movedTo = stays ? this.#ownership.stay() : await this.#ownership.elsewhere(target, fresh);
    if (movedTo !== null) return { movedTo };
    const conflicts: string[] = [];
    const own: number[] = [];
    const { publication } = this.#deliveries;
    const isWaitedFor = spreadMs === 0 && !this.#clock.isSoon;
    this.#observeBeforeExpiry();
    this.#transact(() => {
      // Asked again, as an erasure may have come in between.
      for (const event of outliving(this.#store, fresh)) {
        if (event.type === 'message' && isConflict(event, this.#store.byProviderId(event.eventId))) conflicts.push(event.eventId);
        const result = this.#commit({ type: 'receive', target, event }, Date.now());
        if (event.type === 'receipt' && isOwn(this.#store, event, result)) own.push(events.indexOf(event));
      }
      publication.neededUnlessSeen();
    }, isWaitedFor);
    this.#afterCommit(spreadMs);
    if (isWaitedFor && !this.#clock.isSoon) {
      await publication.untilTaken(HUB_PATIENCE_MS);
      this.#arm();
    }
    return { conflicts, own };
  }

  /** A campaign message that this reply may be about has been recorded only now: looks again. */
  attributeAgain(messageId: string, question: Question): Promise<void> {
    return this.#deliveries.attributeAgain(messageId, question);
  }

  /** Another conversation says that this address is its person's; answers whose it is from now on. */
  adopt(owner: string): string {
    return this.#ownership.adopt(owner);
  }

  /**
   * Makes everything here gone: messages, dedupe keys, outbox, who they were. Only that and when stays, so that a late duplicate does not
   * bring them back; whoever looks on is told. Answers with what of it is elsewhere, the same again until `erased()`, but for what `keysLeft`
   * has. Twice = once.
   */
  async erase(at: number): Promise<{ erasedAt: number; belongings: Belongings | null }> {
    const done = Number(this.#store.fact('erased_at') ?? -Infinity);
    // Who has written since is not part of what was to be erased.
    const before = this.#leftovers.read();
    if (done >= at) {
      if (before) this.#leftovers.note(before);
      return { erasedAt: done, belongings: before && before.belongings };
    }
    const conversation = this.#store.conversation();
    const left = together(before, conversation && leftOf(conversation, this.#store));
    const erasedAt = Math.max(at, Date.now(), conversation?.lastInboundAt ?? 0);
    this.#store.close();
    this.#pendingFrames = [];
    // Not waited for: with what follows it is one commit.
    const deleted = this.ctx.storage.deleteAll();
    this.#store = new Store(this.ctx.storage);
    this.#store.setFact('erased_at', String(erasedAt));
    if (left) this.#leftovers.note(left);
    this.#deliveries = this.#deliveriesOf(this.#store);
    this.#ownership = new Ownership(this.env, this.#store);
    this.#clock.isUnset();
    this.#viewers.tellAll({ type: 'erased' });
    await deleted;
    return { erasedAt, belongings: left && left.belongings };
  }

  /** Some keys under which the directory may know what was erased here; none = no more are left. When they are gone there: `keysForgotten`. */
  keysLeft(): string[] {
    return this.#leftovers.keys();
  }

  keysForgotten(): void {
    this.#leftovers.forget();
  }

  /** What was elsewhere is gone as well: nothing of it has to be remembered here. */
  erased(): void {
    this.#leftovers.clear();
  }

  /** The row as lists should show it, and whether the hub surely has it; null when there is no conversation. */
  row(): { summary: Published; isTaken: boolean } | null {
    const summary = this.#reader.published();
    return summary && { summary, isTaken: this.#deliveries.publication.isTaken };
  }

  /** The latest messages and the row. What time has done by now has been done, however late the alarm is. */
  get(): Result<Thread, Rejection> {
    this.#letTimePass();
    return this.#reader.thread();
  }

  /** The messages before `beforeSeq`, ascending. */
  messages(beforeSeq: number, limit: number): Result<{ messages: Message[]; hasMore: boolean }, Rejection> {
    return this.#reader.messages(beforeSeq, limit);
  }

  claim(agent: Agent): Result<Claim, Rejection> {
    return this.#hold({ type: 'claim', agent }, agent);
  }

  takeOver(agent: Agent): Result<Claim, Rejection> {
    return this.#hold({ type: 'takeOver', agent }, agent);
  }

  release(agent: Agent, epoch: number): Result<null, Rejection> {
    return this.#act({ type: 'release', agent, epoch });
  }

  close(agent: Agent, epoch: number, ticketStatus: TicketStatus): Result<TicketChange, Rejection> {
    return this.#setTicket({ type: 'close', agent, epoch, ticketStatus });
  }

  /** `among`: as one of several that are set together. */
  setTicketStatus(agent: Agent, ticketStatus: TicketStatus, among?: Among): Result<TicketChange, Rejection> {
    return this.#setTicket({ type: 'setTicketStatus', agent, ticketStatus, among });
  }

  /** Sets it aside until then (epoch ms); with an epoch the hold is given back. */
  snooze(agent: Agent, until: number, epoch?: number): Result<TicketChange, Rejection> {
    return this.#setTicket({ type: 'snooze', agent, until, epoch });
  }

  send(agent: Agent, { origin, ...input }: SendInput): Result<{ seq: number; status: string }, Rejection> {
    if (origin !== undefined) this.#store.setFact('origin', origin);
    return this.#sent(this.#run({ type: 'send', agent, ...input }), input.messageId);
  }

  retry(agent: Agent, messageId: string, epoch: number): Result<{ seq: number; status: string }, Rejection> {
    return this.#sent(this.#run({ type: 'retry', agent, messageId, epoch }), messageId);
  }

  /** Keeps words to colleagues in the thread. The same id again is the same note. */
  note(agent: Agent, messageId: string, text: string): Result<{ seq: number }, Rejection> {
    const result = this.#run({ type: 'note', agent, messageId, text });
    if (!result.ok) return result;
    const note = this.#store.byId(messageId);
    return note ? ok({ seq: note.seq }) : fail({ reason: 'not_found' });
  }

  /** Asks the provider again for an attachment that could not be read. */
  fetchMedia(agent: Agent, messageId: string): Result<null, Rejection> {
    return this.#act({ type: 'fetchMedia', agent, messageId });
  }

  /** Tells the holder that this agent would like to have the conversation. */
  ask(agent: Agent): Result<null, Rejection> {
    const conversation = this.#store.conversation();
    if (!conversation) return fail({ reason: 'not_found' });
    if (!may(agent.role, 'conversations')) return fail({ reason: 'forbidden' });
    if (conversation.lock)
      this.#viewers.tellAgent(conversation.lock.agentId, { type: 'asked', by: { id: agent.id, name: agent.name } });
    return ok(null);
  }

  /** Lives through commands at given times in one go, so that a demo has a past. Only where DEMO is on. */
  replay(steps: { command: Command; at: number }[]): void {
    if (this.env.DEMO !== 'on') throw new Error('replay is for the demo only');
    this.#transact(() => {
      for (const { command, at } of steps) this.#commit(command, at);
    });
    this.#pendingFrames = [];
    this.#afterCommit();
  }

  /** A dashboard's live connection; the Worker's entry has checked the session and says who it is. */
  override fetch(request: Request): Response {
    const { response, socket, version } = this.#viewers.accept(request);
    this.#observeHolder();
    if (version !== null) this.#viewers.tell(socket, this.#missedSince(version));
    this.#viewers.announce();
    return response;
  }

  /** A sign-in of this agent's has ended: its sockets close, and what the agent held with no other is free at once. */
  disconnect(session: string, agentId: string): void {
    this.#viewers.disconnect(session);
    if (this.#viewers.lastSeenAt(agentId) === null) this.#run({ type: 'signedOut', agentId });
    this.#viewers.announce();
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const received = this.#viewers.receive(socket, data);
    if (!received) return;
    const { frame, agentId } = received;
    if (frame.type === 'resume') this.#viewers.tell(socket, this.#missedSince(frame.version));
    else if (frame.type === 'read') this.#run({ type: 'read', agentId, seq: frame.seq });
    else if (frame.type === 'active' || frame.typing) this.#run({ type: 'touch', agentId });
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#viewers.leave(socket, code);
    this.#observeHolder();
    this.#viewers.announce();
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket, 1011);
  }

  /** Everything that time does. Never throws, because the runtime gives a throwing alarm up for good; always re-arms. */
  override async alarm(): Promise<void> {
    this.#clock.isUnset();
    try {
      this.#deliveries.publication.neededUnlessSeen();
      this.#observeHolder();
      this.#run({ type: 'tick' });
      this.#store.dropParked(Date.now());
      await this.#deliveries.drain();
      await this.#deliveries.publication.untilTaken(HUB_PATIENCE_MS);
    } catch (error) {
      console.error({ event: 'alarm_failed', conversation: this.#store.conversation()?.id, error: String(error) });
    } finally {
      this.#clock.arm(this.#dueAt(), { exactly: true });
    }
  }

  get #leftovers(): Leftovers {
    return new Leftovers(this.#store);
  }

  get #reader(): Reader {
    return new Reader(this.#store, this.#policy);
  }

  #deliveriesOf(store: Store): Deliveries {
    return new Deliveries({
      env: this.env,
      store,
      // Of a life that has been erased meanwhile nothing comes back.
      run: (command) => (store.isClosed ? fail({ reason: 'not_found' }) : this.#run(command)),
      summary: () => (store.isClosed ? null : this.#reader.published()),
      // Not exactly: the backstop rings once for all that follows within its time, where each would have to set the alarm anew.
      settled: () => this.#arm({ list: this.#clock.isSoon }),
      unpublished: () => !store.isClosed && this.#arm(),
    });
  }

  #hold(command: Command, agent: Agent): Result<Claim, Rejection> {
    const result = this.#act(command);
    if (!result.ok) return result;
    const lock = this.#store.conversation()?.lock;
    if (!lock) return fail({ reason: 'not_found' });
    if (lock.agentId === agent.id) return ok({ granted: true, epoch: lock.epoch });
    return ok({ granted: false, lock: { agentId: lock.agentId, agentName: lock.agentName, since: lock.since } });
  }

  #setTicket(command: Command): Result<TicketChange, Rejection> {
    this.#letTimePass();
    const before = this.#store.conversation();
    const result = this.#act(command);
    if (!result.ok) return result;
    const after = this.#store.conversation();
    if (!before || !after) return fail({ reason: 'not_found' });
    const { ticketStatus, seq } = after;
    return ok({ previous: before.ticketStatus, snoozedUntil: snoozeOf(before)?.until ?? null, ticketStatus, seq });
  }

  #act(command: Command): Result<null, Rejection> {
    const result = this.#run(command);
    return result.ok ? ok(null) : result;
  }

  #sent(result: Result<Change, Rejection>, messageId: string): Result<{ seq: number; status: string }, Rejection> {
    if (!result.ok) return result;
    const message = this.#store.byId(messageId);
    return message ? ok({ seq: message.seq, status: message.delivery?.status ?? 'queued' }) : fail({ reason: 'not_found' });
  }

  /** Decides and commits one command, tells the viewers, and starts on what it promised. */
  #run(command: Command): Result<Change, Rejection> {
    if (command.type !== 'presence') this.#observeBeforeExpiry();
    const result = this.#transact(() => this.#commit(command, Date.now()));
    this.#afterCommit();
    return result;
  }

  /**
   * All or nothing: an uncaught error alone would not undo what was written before it. The alarm is set with it, in case nobody gets to do
   * what it promised; for the list only if nobody waits for that (`isWaitedFor`).
   */
  #transact<T>(work: () => T, isWaitedFor = false): T {
    try {
      return this.ctx.storage.transactionSync(() => {
        const before = this.#store.conversation()?.version;
        const result = work();
        this.#store.save();
        if (this.#store.conversation()?.version !== before) this.#deliveries.publication.needed();
        this.#arm({ list: !isWaitedFor });
        return result;
      });
    } catch (error) {
      this.#store.forget();
      this.#pendingFrames = [];
      this.#clock.isUnknown();
      throw error;
    }
  }

  /** One decision, written whole. The frame for the viewers waits until the transaction is through. */
  #commit(command: Command, now: number): Result<Change, Rejection> {
    const before = this.#store.conversation();
    const result = decide({ conversation: before, messages: this.#store, policy: this.#policy }, command, now);
    if (!result.ok) return result;
    const change = result.value;
    const isEmpty = change.remembered.length + change.parked.length + change.effects.length === 0;
    if (change.conversation === before && isEmpty) return result;
    this.#store.apply(change, now);
    const { conversation, messages } = change;
    if (conversation && conversation.version !== before?.version) {
      this.#pendingFrames.push({
        version: conversation.version,
        messages,
        conversation: summaryOf(conversation, this.#policy, now),
      });
    }
    return result;
  }

  #afterCommit(spreadMs = 0): void {
    for (const frame of this.#pendingFrames.splice(0)) this.#viewers.tellAll({ type: 'change', ...frame });
    const begun = spreadMs > 0 ? scheduler.wait(spreadMs / 2 + (Math.random() * spreadMs) / 2) : Promise.resolve();
    this.ctx.waitUntil(begun.then(() => this.#deliveries.drain()));
  }

  /** Notes in the lock what the holder's sockets look like. */
  #observeHolder(): void {
    const lock = this.#store.conversation()?.lock;
    if (!lock) return;
    const now = Date.now();
    const pingedAt = this.#viewers.lastSeenAt(lock.agentId);
    if (pingedAt === null && !lock.connected) return;
    const seenAt = pingedAt === null ? now : provenUntil(pingedAt, this.#policy, now);
    this.#run({ type: 'presence', agentId: lock.agentId, connected: pingedAt !== null, seenAt });
  }

  /** The stored proof of life is as old as the last look; look again before anyone is told that the lease has run out. */
  #observeBeforeExpiry(): void {
    const lock = this.#store.conversation()?.lock;
    if (lock?.connected && Date.now() >= lock.seenAt + this.#policy.lockGraceMs) this.#observeHolder();
  }

  #arm(what = { list: true }): void {
    this.#clock.arm(this.#dueAt(what));
  }

  /** The earliest of everything that time does here, with `list` of what the hub has to be told too; computed afresh, never stored twice. */
  #dueAt(what = { list: true }): Due {
    const outboxAt = this.#deliveries.nextAt(Date.now(), what);
    return { at: earliest(this.#tickAt(), outboxAt, this.#store.parkedUntil()), outboxAt };
  }

  /** What time has done by now, however late the alarm is. */
  #letTimePass(): void {
    if ((this.#tickAt() ?? Infinity) <= Date.now()) this.#run({ type: 'tick' });
  }

  /** When the clock next changes something here. */
  #tickAt(): number | null {
    const conversation = this.#store.conversation();
    return conversation && nextTickAt(conversation, this.#policy);
  }

  /** Who was erased may be on the screen of whoever missed it: what they know is then of no history that goes on. */
  #missedSince(from: number): ThreadFrame | null {
    const conversation = this.#reader.summary();
    const isOther = this.#store.fact('erased_at') !== null;
    if (!conversation) return isOther ? { type: 'erased' } : null;
    return this.#viewers.catchUp(this.#store, conversation, isOther ? Infinity : from);
  }
}
