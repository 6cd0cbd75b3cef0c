import type { Message } from '../domain/message';
import { draftsOf, joinDraft, type Drafts } from './drafts';
import { SendQueue, type QueuedSend, type SendOutcome, type TakeBackReason } from './send-queue';
import type { Store } from './stored';

export type ComposerDeps = {
  conversationId: string;
  userId: string;
  store: Store;
  /** Epoch ms of the server's clock. */
  now(): number;
  /** The number of the grant; null while this agent may not send. */
  epoch(): number | null;
  /** The highest seq that counts as seen for someone who had seen up to `seq`. */
  seenThrough(seq: number): number;
  send(input: { messageId: string; epoch: number; seenSeq: number; text: string; force: boolean }): Promise<SendOutcome>;
  takenBack(why: TakeBackReason): void;
  /** Tells the others that this agent types, or has stopped. */
  typing(typing: boolean): void;
};

/** How long leaving waits for a message that is on its way; longer means that the network is gone. */
const SETTLE_MS = 8_000;
const TYPING_EVERY_MS = 3_000;
/** Somebody who has paused this long is not typing any more. */
const TYPING_PAUSE_MS = 5_000;

const noticeWords: Partial<Record<TakeBackReason['reason'], string>> = {
  invalid: 'This could not be sent as it is. Your text is back in the box.',
  forbidden: 'You may not send here any more. Your text is back in the box.',
  not_found: 'This conversation is gone. Your text is back in the box.',
  lost: 'What had not been sent is back in your draft.',
};

/** What this agent writes in one conversation: the draft, and the messages on their way. Text only ever moves between the two. */
export class Composer {
  readonly #deps: ComposerDeps;
  readonly #queue: SendQueue;
  readonly #drafts: Drafts;
  #draft = $state('');
  #isDraftKept = $state(true);
  #notice = $state<string | null>(null);
  #queued = $state.raw<readonly QueuedSend[]>([]);
  #stop = $state.raw<{ send: QueuedSend; unseen: Message[] } | null>(null);
  #typingAt = 0;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  #left = false;

  constructor(deps: ComposerDeps) {
    this.#deps = deps;
    this.#drafts = draftsOf(deps.userId, deps.store);
    this.#draft = this.#drafts.load(deps.conversationId);
    this.#queue = new SendQueue({
      ...deps,
      key: `parley:queue:${deps.userId}:${deps.conversationId}`,
      takenBack: (texts, why) => this.#takenBack(texts, why),
      changed: () => this.#queueChanged(),
      newId: () => crypto.randomUUID(),
      random: () => Math.random(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    });
    this.#queueChanged();
  }

  get draft(): string {
    return this.#draft;
  }
  set draft(text: string) {
    this.#draft = text;
    this.#isDraftKept = this.#drafts.save(this.#deps.conversationId, text);
  }
  /** Whether the draft would survive a reload. */
  get isDraftKept(): boolean {
    return this.#isDraftKept;
  }
  get queued(): readonly QueuedSend[] {
    return this.#queued;
  }
  /** A message held back because somebody wrote meanwhile. */
  get stop(): { send: QueuedSend; unseen: Message[] } | null {
    return this.#stop;
  }
  /** Why a text came back to the draft, in words; null when there is nothing to say. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Sends the draft: it is shown at once and leaves in its turn. `seenSeq`: what the agent has on screen. */
  send(seenSeq: number): void {
    const text = this.#draft.trim();
    if (text === '' || this.#stop) return;
    this.#notice = null;
    this.draft = '';
    this.#tellTyping(false);
    this.#queue.add(text, seenSeq);
  }

  sendAnyway(): void {
    this.#queue.sendAnyway();
  }

  /** Takes a stopped message, and those behind it, back into the draft. */
  edit(): void {
    this.#queue.takeBack({ reason: 'edit' });
  }

  /** The network is back, or the conversation is ours. */
  wake(): void {
    this.#queue.wake();
  }

  /** The conversation is not ours: what surely has not gone out becomes draft again. */
  lost(): void {
    this.#tellTyping(false);
    this.#queue.takeBack({ reason: 'lost' });
  }

  /** Forgets the messages that the thread shows by itself now. */
  settle(messages: Message[]): void {
    if (this.#queued.length === 0) return;
    this.#queue.settle((messageId) => messages.findLast((message) => message.id === messageId) !== undefined);
  }

  /** The agent typed. Told now and then while it goes on, and at once when the box is empty again. */
  typed(): void {
    this.#notice = null;
    if (this.#draft === '' || this.#deps.epoch() === null) {
      this.#tellTyping(false);
      return;
    }
    if (this.#deps.now() - this.#typingAt > TYPING_EVERY_MS) this.#tellTyping(true);
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => this.#tellTyping(false), TYPING_PAUSE_MS);
  }

  /** Resolves when nothing is on its way; rejects when that takes too long. */
  async settled(): Promise<void> {
    const deadline = Date.now() + SETTLE_MS;
    while (this.#queue.isSending) {
      if (Date.now() > deadline) throw new Error('A message is still on its way');
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  /** Off the screen: texts that still come back go straight to the stored draft. */
  leave(): void {
    this.#left = true;
    clearTimeout(this.#pauseTimer);
  }

  close(): void {
    this.#queue.close();
  }

  #queueChanged(): void {
    this.#queued = this.#queue.items;
    this.#stop = this.#queue.stop;
  }

  #takenBack(texts: string[], why: TakeBackReason): void {
    const { conversationId } = this.#deps;
    if (this.#left) this.#drafts.save(conversationId, joinDraft(texts, this.#drafts.load(conversationId)));
    else this.draft = joinDraft(texts, this.#draft);
    this.#notice = noticeWords[why.reason] ?? null;
    this.#deps.takenBack(why);
  }

  #tellTyping(typing: boolean): void {
    clearTimeout(this.#pauseTimer);
    if (typing || this.#typingAt > 0) this.#deps.typing(typing);
    this.#typingAt = typing ? this.#deps.now() : 0;
  }
}
