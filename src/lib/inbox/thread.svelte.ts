import type { Message } from '../domain/message';
import type { Person } from '../domain/protocol';
import type { Summary } from '../domain/summary';
import type { TicketChange, TicketStatus } from '../domain/ticket';
import { Composer } from './composer.svelte';
import type { Drafts } from './drafts';
import { Hold } from './hold.svelte';
import { LiveLog, type ThreadStatus } from './live-log.svelte';
import type { LiveState } from './live-socket.svelte';
import { lostFilesWords } from './loss-words';
import { unsentWords, type LeftBehind } from './left-behind';
import { NoteDraft } from './note-draft.svelte';
import { isOpenHere, markOpen } from './open-here';
import type { TakeBackReason } from './send-queue';
import type { Store } from './stored';
import { failureWords, NotTried, rejectionOf, sendOutcome, type ThreadApi } from './thread-api';
import { seenThrough, type ThreadLog } from './thread-log';
import { uploaderFor } from './upload';

export type ThreadDeps = {
  id: string;
  user: Person;
  lockIdleMs: number;
  api: ThreadApi;
  store: Store;
  /** Where answers are kept while they are written. */
  drafts: Drafts;
  /** Epoch ms of the server's clock. */
  now(): number;
  /** An act of the agent did not work, in words. */
  failed(words: string): void;
  /** It has been closed, or snoozed until then (epoch ms). */
  left(change: TicketChange, until: number | null): void;
  /** Its ticket has been set. */
  ticketSet(): void;
};

export type Viewer = Person & { typing: boolean };

/** One open conversation: what is said in it, the hold on it, and what this agent writes. `open` and `leave` belong to an effect. */
export class Thread {
  readonly id: string;
  readonly user: Person;
  readonly hold: Hold;
  readonly composer: Composer;
  readonly note: NoteDraft;
  readonly #deps: ThreadDeps;
  readonly #log: LiveLog;
  #viewers = $state.raw<Viewer[]>([]);
  #askedBy = $state.raw<Person | null>(null);
  #windowClosedAt = $state<number | null>(null);
  #seenSeq = $state(0);
  #readSeq = 0;
  #unmark: (() => Promise<void>) | null = null;
  #left = false;

  constructor(deps: ThreadDeps) {
    this.#deps = deps;
    const { id, user, api } = deps;
    this.id = id;
    this.user = user;
    this.#log = new LiveLog({
      id,
      api,
      replaced: (log) => this.#noticed(log),
      connected: () => this.#connected(),
      heard: (frame) => {
        if (frame.type === 'presence') this.#viewers = frame.viewers;
        else if (frame.by.id !== user.id) this.#askedBy = frame.by;
      },
    });
    this.hold = new Hold({
      userId: user.id,
      lockIdleMs: deps.lockIdleMs,
      now: deps.now,
      claim: () => api.claim.mutate({ id }),
      sendActive: () => this.#log.say({ type: 'active' }),
      granted: () => this.composer.wake(),
      lost: () => {
        this.#askedBy = null;
        this.composer.lost();
      },
      unwanted: (epoch) => void this.#giveBack(epoch),
    });
    this.composer = new Composer({
      conversationId: id,
      userId: user.id,
      store: deps.store,
      drafts: deps.drafts,
      now: deps.now,
      epoch: () => this.hold.epoch,
      seenThrough: (seq) => seenThrough(this.messages, seq, user.id),
      send: (input) => sendOutcome(api.send.mutate({ id, ...input })),
      upload: uploaderFor(id),
      takenBack: (why) => this.#takenBack(why),
      lost: (names) => deps.failed(lostFilesWords(names)),
      typing: (typing) => this.#log.say({ type: 'typing', typing }),
    });
    this.note = new NoteDraft({
      conversationId: id,
      userId: user.id,
      store: deps.store,
      add: (messageId, text) => api.note.mutate({ id, messageId, text }),
      newId: () => crypto.randomUUID(),
      failed: (words) => deps.failed(`The note was not added. ${words}`),
    });
  }

  get status(): ThreadStatus { return this.#log.status; } // prettier-ignore
  get live(): LiveState { return this.#log.live; } // prettier-ignore
  get conversation(): Summary | null { return this.#log.conversation; } // prettier-ignore
  get messages(): Message[] { return this.#log.messages; } // prettier-ignore
  get hasMore(): boolean { return this.#log.hasMore; } // prettier-ignore
  get isLoadingOlder(): boolean { return this.#log.isLoadingOlder; } // prettier-ignore
  /** Earlier messages are there, but could not be loaded. */
  get olderFailed(): boolean { return this.#log.olderFailed; } // prettier-ignore
  /** Colleagues who have the conversation open. */
  get viewers(): Viewer[] { return this.#viewers.filter((viewer) => viewer.id !== this.user.id); } // prettier-ignore
  /** The colleague who asks for the conversation, while this agent holds it and has not answered. */
  get askedBy(): Person | null { return this.hold.epoch === null ? null : this.#askedBy; } // prettier-ignore
  get seenSeq(): number { return this.#seenSeq; } // prettier-ignore
  /** Whether free text is no longer taken at a time, epoch ms. The server's own refusal counts before the row. */
  isWindowClosedAt(now: number): boolean {
    const until = this.#windowClosedAt ?? this.conversation?.sendWindowUntil ?? null;
    return until !== null && until <= now;
  }

  /** Connects, loads and claims at once; whichever comes first is shown first. */
  open(): void {
    this.#unmark = markOpen(this.id);
    addEventListener('online', this.#online);
    this.#log.open();
    this.claim();
  }

  /** The agent asks for another try of what opening does. */
  async retryOpening(): Promise<void> {
    await Promise.all([this.#log.load(), this.#attempt(() => this.hold.claim())]);
  }

  /** Asks for the page before the first message, if there is one and none is on its way. */
  loadOlder(): Promise<void> {
    return this.#log.loadOlder();
  }

  claim(): void {
    void this.#attempt(() => this.hold.claim());
  }

  takeOver(): Promise<boolean> {
    return this.#attempt(async () => this.hold.answered(await this.#deps.api.takeOver.mutate({ id: this.id })));
  }

  /** Asks the holder for it; when it falls free it is claimed. */
  ask(): Promise<boolean> {
    return this.#attempt(async () => {
      await this.#deps.api.ask.mutate({ id: this.id });
      this.hold.asked();
    });
  }

  /** Keeps the conversation although a colleague asked. */
  keep(): void {
    this.#askedBy = null;
    this.hold.active();
  }

  /** Gives the conversation back, after what is being sent has gone; it stays on screen. */
  release(): Promise<boolean> {
    return this.#attempt(async () => {
      await this.composer.settled();
      const { epoch } = this.hold;
      if (epoch === null) return;
      await this.#deps.api.release.mutate({ id: this.id, epoch });
      this.hold.released();
    });
  }

  /** Sends what is written, where it may go out. */
  send(): void {
    const provider = this.conversation?.channel.provider;
    if (!provider || this.isWindowClosedAt(this.#deps.now()) || !this.composer.canSend(provider)) return;
    this.composer.send(this.#seenSeq, provider);
  }

  /** Sets the status and gives the conversation back. False when it did not work, or more would stay unsent than may. */
  closeAs(ticketStatus: TicketStatus, leaves: LeftBehind = 'anything'): Promise<boolean> {
    const wasSaid = this.composer.notice;
    // Who goes on meanwhile gives it back; it is closed under this hold all the same.
    const { epoch } = this.hold;
    return this.#attempt(async () => {
      await this.composer.settled();
      const unsent = unsentWords(this.composer, leaves, wasSaid);
      if (unsent !== null) throw new NotTried(unsent);
      if (epoch === null) throw new NotTried('You do not hold this conversation any more.');
      const { undo } = await this.#deps.api.close.mutate({ id: this.id, epoch, ticketStatus, undoable: true });
      this.hold.leave();
      if (undo) this.#deps.left(undo, null);
    }, 'always');
  }

  /** Sets it aside until then (epoch ms), and gives it back if it is held. False when it did not work, or a file would stay unsent. */
  snooze(until: number): Promise<boolean> {
    const wasSaid = this.composer.notice;
    const { epoch } = this.hold;
    return this.#attempt(async () => {
      await this.composer.settled();
      const unsent = unsentWords(this.composer, 'draft', wasSaid, 'snoozed');
      if (unsent !== null) throw new NotTried(unsent);
      const { undo } = await this.#deps.api.snooze.mutate({
        id: this.id,
        until,
        undoable: true,
        ...(epoch !== null && { epoch }),
      });
      this.hold.leave();
      if (undo) this.#deps.left(undo, until);
    }, 'always');
  }

  setTicketStatus(ticketStatus: TicketStatus): Promise<boolean> {
    this.hold.active();
    return this.#attempt(async () => {
      await this.#deps.api.setTicketStatus.mutate({ id: this.id, ticketStatus });
      this.#deps.ticketSet();
    });
  }

  /** Sends a failed or doubtful message again, once. */
  retry(messageId: string): Promise<boolean> {
    return this.#attempt(async () => {
      const { epoch } = this.hold;
      if (epoch !== null) await this.#deps.api.retry.mutate({ id: this.id, messageId, epoch });
    });
  }

  /** Asks the provider again for an attachment that is not here. */
  fetchMedia(messageId: string): Promise<boolean> {
    return this.#attempt(() => this.#deps.api.fetchMedia.mutate({ id: this.id, messageId }));
  }

  /** The messages up to `seq` are on a screen that somebody can see. */
  see(seq: number): void {
    this.#seenSeq = Math.max(this.#seenSeq, seq);
    if (this.hold.epoch === null || this.#readSeq >= seq) return;
    const latest = this.messages.findLast((message) => message.direction === 'inbound');
    if (!latest || latest.seq > seq || latest.seq <= this.#readSeq) return;
    if (this.#log.say({ type: 'read', seq: latest.seq })) this.#readSeq = latest.seq;
  }

  /** Off the screen. What was sent still goes out; then it is given back, so that others need not wait until the hold runs out. */
  async leave(): Promise<void> {
    this.#left = true;
    this.composer.leave();
    this.#log.close();
    // What is still unsent after that waits in storage until the conversation is opened again.
    await this.composer.settled().catch(() => undefined);
    removeEventListener('online', this.#online);
    const { epoch } = this.hold;
    this.hold.leave();
    this.composer.close();
    await this.#unmark?.();
    if (epoch !== null) await this.#giveBack(epoch);
  }

  /** Others need not wait. Another tab of this agent has the same hold, though. If this call is lost, the hold runs out by itself. */
  async #giveBack(epoch: number): Promise<void> {
    if (!(await isOpenHere(this.id))) await this.#deps.api.release.mutate({ id: this.id, epoch }).catch(() => undefined);
  }

  readonly #online = (): void => this.composer.wake();

  /** What was said over the connection before may not have come, and it may have fallen free meanwhile. */
  #connected(): void {
    this.#readSeq = 0;
    const { view } = this.hold;
    if (view.type === 'free' && view.loss === null && this.conversation) this.claim();
  }

  #noticed({ conversation, messages }: ThreadLog): void {
    this.composer.settle(messages);
    const until = conversation.sendWindowUntil;
    if (until === null || until > this.#deps.now()) this.#windowClosedAt = null;
    this.hold.notice(conversation, messages);
  }

  #takenBack(why: TakeBackReason): void {
    if (why.reason === 'locked' || why.reason === 'stale_epoch') this.hold.refused(why.lock);
    if (why.reason === 'window_closed') this.#windowClosedAt = why.sendWindowUntil;
  }

  /** Runs an act of the agent and says whether it worked; what goes wrong is told, and a refusal for want of the hold ends it here, too. */
  /** `told`: where it is said that it did not work; `always` also when the agent is somewhere else by then. */
  async #attempt(act: () => Promise<unknown>, told: 'here' | 'always' = 'here'): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      const rejection = rejectionOf(error);
      if (rejection?.reason === 'locked' || rejection?.reason === 'stale_epoch') this.hold.refused(rejection.lock);
      if (rejection?.reason === 'window_closed') this.#windowClosedAt = rejection.sendWindowUntil;
      if ((!this.#left || told === 'always') && this.conversation !== null) this.#deps.failed(failureWords(error));
      return false;
    }
  }
}
