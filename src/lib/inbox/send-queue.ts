import { z } from 'zod';
import type { Message } from '../domain/message';
import { attachmentKinds } from '../domain/provider-rules';
import type { Rejection } from '../domain/rejection';
import { readJson, writeJson, type Store } from './stored';

/** The file of a message. `uploadId` is null until the server has it; `size` in bytes. */
const QueuedFile = z.object({
  fileId: z.string(),
  uploadId: z.string().nullable(),
  kind: z.enum(attachmentKinds),
  name: z.string(),
  mime: z.string(),
  size: z.number(),
});
export type QueuedFile = z.infer<typeof QueuedFile>;

/** The template of a message; `values` by part and placeholder. */
const QueuedTemplate = z.object({ name: z.string(), language: z.string(), values: z.record(z.string(), z.string()) });
export type QueuedTemplate = z.infer<typeof QueuedTemplate>;

/** A message on its way to the server: shown at once, kept until the server has it. */
const Kept = z.object({
  messageId: z.uuid(),
  text: z.string(),
  /** When the agent sent it, epoch ms. */
  at: z.number(),
  /** What the agent had on screen then. */
  seenSeq: z.number(),
  force: z.boolean(),
  /** The grant under which it went out without an answer; null when it surely has not arrived. */
  doubtfulEpoch: z.number().nullable(),
  /** The message that it answers. */
  quotedId: z.string().nullable().default(null),
  /** `text` is its caption. */
  file: QueuedFile.nullable().default(null),
  /** `text` is what the end user will read. */
  template: QueuedTemplate.nullable().default(null),
});
export type QueuedSend = z.infer<typeof Kept> & {
  /** `waiting` for its turn, the lock or the network; `stopped` by news; `accepted`: stored, and soon in the thread. */
  state: 'waiting' | 'sending' | 'stopped' | 'accepted';
};

/**
 * What one try came to. `unreachable`: nobody knows whether the server has it, so the same id goes again. `invalid`: never taken as it is.
 */
export type SendOutcome =
  { type: 'accepted' } | { type: 'unreachable' } | { type: 'invalid' } | { type: 'refused'; rejection: Rejection };

/** What a message can carry besides its text. */
export type SendExtras = Partial<Pick<QueuedSend, 'quotedId' | 'file' | 'template'>>;

/** One try, as the server takes it. */
export type SendInput = {
  messageId: string;
  epoch: number;
  seenSeq: number;
  text: string;
  force: boolean;
  quotedId?: string;
  uploadId?: string;
  template?: QueuedTemplate;
};

/**
 * Why messages came back to the draft: a refusal, or `edit` (the agent wants to), `lost` (the conversation is not theirs any more), `upload`
 * (the file of the first of them did not get through).
 */
export type TakeBackReason = Rejection | { reason: 'invalid' | 'edit' | 'lost' | 'upload' };

export type SendQueueDeps = {
  send(input: SendInput): Promise<SendOutcome>;
  /** The number of the grant, or null while the conversation is not this agent's: nothing leaves then. */
  epoch(): number | null;
  /** The highest seq that counts as seen for someone who had seen up to `seq`. */
  seenThrough(seq: number): number;
  /** What was not sent, oldest first, and why. */
  takenBack(sends: QueuedSend[], why: TakeBackReason): void;
  changed(): void;
  store: Store;
  /** Names the user and the conversation. */
  key: string;
  now(): number;
  newId(): string;
  /** 0 ≤ n < 1. */
  random(): number;
  /** Runs once after a while, unless cancelled. */
  after(ms: number, run: () => void): () => void;
};

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/**
 * The messages one agent sends in one conversation: strictly one at a time, in the order they were written, each with an id made here, so
 * that a try whose answer was lost can be repeated without sending twice.
 */
export class SendQueue {
  #deps: SendQueueDeps;
  #items: QueuedSend[];
  #orphans: QueuedSend[];
  #tries = 0;
  #busy = false;
  #again = false;
  #closed = false;
  #cancelWait: (() => void) | null = null;
  #unseen: Message[] = [];

  constructor(deps: SendQueueDeps) {
    this.#deps = deps;
    const kept = readJson(deps.store, deps.key, z.array(Kept)) ?? [];
    const items = kept.map((each): QueuedSend => ({ ...each, state: 'waiting' }));
    const orphan = items.findIndex(isWithoutFile);
    this.#items = orphan < 0 ? items : items.slice(0, orphan);
    this.#orphans = orphan < 0 ? [] : items.slice(orphan);
  }

  /** What cannot go on after a reload, because its file had not been uploaded, with what waits behind it. To be asked for once. */
  takeOrphans(): QueuedSend[] {
    const orphans = this.#orphans;
    if (orphans.length === 0) return orphans;
    this.#orphans = [];
    this.#put(this.#items);
    return orphans;
  }

  get items(): readonly QueuedSend[] {
    return this.#items;
  }

  /** Whether something is on its way or waits for its turn. */
  get isSending(): boolean {
    return this.#items.some((item) => item.state === 'waiting' || item.state === 'sending');
  }

  /** What the customer or a colleague wrote meanwhile, while the first message is stopped by it; else null. */
  get stop(): { send: QueuedSend; unseen: Message[] } | null {
    const send = this.#items.find((item) => item.state === 'stopped');
    return send ? { send, unseen: this.#unseen } : null;
  }

  /** Takes a message in and tries at once. `seenSeq`: what the agent had on screen. Returns its id. */
  add(text: string, seenSeq: number, { quotedId = null, file = null, template = null }: SendExtras = {}): string {
    const { newId, now } = this.#deps;
    const messageId = newId();
    const send = { messageId, text, at: now(), seenSeq, force: false, doubtfulEpoch: null, quotedId, file, template };
    this.#put([...this.#items, { ...send, state: 'waiting' }]);
    void this.#drain();
    return messageId;
  }

  /** The server has a file: its message may go. */
  uploaded(file: QueuedFile): void {
    this.#put(this.#items.map((item) => (item.file?.fileId === file.fileId ? { ...item, file } : item)));
    void this.#drain();
  }

  /** A file did not get through: its message and those behind it come back. */
  uploadFailed(fileId: string): void {
    const from = this.#items.findIndex((item) => item.file?.fileId === fileId);
    if (from >= 0) this.takeBack({ reason: 'upload' }, from);
  }

  /** Tries now: the network is back, or the lock was granted. */
  wake(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    void this.#drain();
  }

  /** Sends the stopped message in spite of the news; what waits behind it was read with the news too. */
  sendAnyway(): void {
    const stop = this.stop;
    if (!stop) return;
    const seen = Math.max(0, ...stop.unseen.map((message) => message.seq));
    this.#put(
      this.#items.map((item) =>
        item.state === 'stopped'
          ? { ...item, force: true, state: 'waiting' as const }
          : { ...item, seenSeq: Math.max(item.seenSeq, seen) },
      ),
    );
    this.wake();
  }

  /**
   * Gives everything unsent back, from the item with this index on. What may have arrived is left: its next try tells, under its old grant
   * if need be.
   */
  takeBack(why: TakeBackReason, from = 0): void {
    const isUnsent = (item: QueuedSend) => item.state === 'waiting' || item.state === 'stopped';
    const back = this.#items.slice(from).filter((item) => isUnsent(item) && item.doubtfulEpoch === null);
    if (back.length === 0) return;
    this.#put(this.#items.filter((item) => !back.includes(item)));
    this.#deps.takenBack(back, why);
  }

  /** Forgets what the thread shows by itself now. */
  settle(isShown: (messageId: string) => boolean): void {
    if (this.#items.some((item) => isShown(item.messageId))) this.#put(this.#items.filter((item) => !isShown(item.messageId)));
  }

  /** Stops trying; what is unsent stays kept for the next time. */
  close(): void {
    this.#closed = true;
    this.#cancelWait?.();
  }

  async #drain(): Promise<void> {
    // Asked while at it: what was just looked at may have changed since, so it looks once more before it stops.
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again && !this.#closed && !this.#cancelWait) {
        this.#again = false;
        if (await this.#sendNext()) this.#again = true;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** One try of the first unsent message; true when the next one may follow. */
  async #sendNext(): Promise<boolean> {
    const item = this.#items.find((each) => each.state !== 'accepted');
    const epoch = this.#deps.epoch() ?? item?.doubtfulEpoch ?? null;
    if (!item || item.state === 'stopped' || epoch === null || isWithoutFile(item)) return false;
    const { messageId } = item;
    // Kept as doubtful before it leaves: the page may be gone before the answer comes.
    this.#mark(messageId, { state: 'sending', doubtfulEpoch: epoch });
    const seenSeq = this.#deps.seenThrough(item.seenSeq);
    const outcome = await this.#deps.send(inputOf(item, epoch, seenSeq));
    if (this.#closed) return false;
    // The thread may have shown it before the answer came.
    if (!this.#items.some((each) => each.messageId === messageId)) return true;
    if (outcome.type === 'accepted') {
      this.#tries = 0;
      this.#mark(messageId, { state: 'accepted' });
      return true;
    }
    this.#mark(messageId, { state: 'waiting', doubtfulEpoch: outcome.type === 'unreachable' ? epoch : null });
    if (outcome.type === 'unreachable') this.#wait(this.#backOff());
    else if (outcome.type === 'refused') this.#refused(messageId, outcome.rejection);
    else this.takeBack({ reason: 'invalid' });
    return false;
  }

  #refused(messageId: string, rejection: Rejection): void {
    if (rejection.reason === 'rate_limited' || rejection.reason === 'unavailable') this.#wait(rejection.retryAfterMs);
    else if (rejection.reason === 'unseen_messages') {
      this.#unseen = rejection.unseen;
      this.#mark(messageId, { state: 'stopped' });
    } else this.takeBack(rejection);
  }

  #wait(ms: number): void {
    this.#cancelWait = this.#deps.after(ms, () => {
      this.#cancelWait = null;
      void this.#drain();
    });
  }

  /** Doubling, capped, and spread by a half, so that a whole office coming back does not arrive at once. */
  #backOff(): number {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#tries, LONGEST_WAIT_MS);
    this.#tries += 1;
    return wait * (0.75 + this.#deps.random() / 2);
  }

  #mark(messageId: string, fields: Pick<QueuedSend, 'state'> & Partial<QueuedSend>): void {
    this.#put(this.#items.map((item) => (item.messageId === messageId ? { ...item, ...fields } : item)));
  }

  #put(items: QueuedSend[]): void {
    this.#items = items;
    const unsent = items.filter((item) => item.state !== 'accepted').map((item) => Kept.parse(item));
    writeJson(this.#deps.store, this.#deps.key, unsent.length === 0 ? null : unsent);
    this.#deps.changed();
  }
}

const isWithoutFile = ({ file }: QueuedSend): boolean => file !== null && file.uploadId === null;

function inputOf({ messageId, text, force, quotedId, file, template }: QueuedSend, epoch: number, seenSeq: number): SendInput {
  return {
    messageId,
    epoch,
    seenSeq,
    text,
    force,
    ...(quotedId !== null && { quotedId }),
    ...(file?.uploadId != null && { uploadId: file.uploadId }),
    ...(template && { template }),
  };
}
