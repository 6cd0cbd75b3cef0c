import type { Message } from '../domain/message';
import type { ProviderName } from '../domain/provider-rules';
import { unfilledIn } from '../domain/saved-reply';
import { AttachedFiles, queuedFileOf, type AttachedFile } from './attached-files';
import { VOICE_NAME } from './content-view';
import { joinDraft, type Drafts } from './drafts';
import { partsOf } from './outgoing';
import {
  SendQueue,
  type QueuedSend,
  type QueuedTemplate,
  type SendExtras,
  type SendInput,
  type SendOutcome,
  type TakeBackReason,
} from './send-queue';
import type { Store } from './stored';
import { NotTried } from './thread-api';
import { takeBackWords } from './take-back-words';
import { charactersLeft } from './text-limit';
import type { UploadFile } from './upload';

export type ComposerDeps = {
  conversationId: string;
  userId: string;
  store: Store;
  drafts: Drafts;
  /** Epoch ms of the server's clock. */
  now(): number;
  /** The number of the grant; null while this agent may not send. */
  epoch(): number | null;
  /** The highest seq that counts as seen for someone who had seen up to `seq`. */
  seenThrough(seq: number): number;
  send(input: SendInput): Promise<SendOutcome>;
  upload: UploadFile;
  takenBack(why: TakeBackReason): void;
  /** Files were given up, because the agent has left before they were sent. */
  lost(names: string[]): void;
  /** Tells the others that this agent types, or has stopped. */
  typing(typing: boolean): void;
};

/** How long leaving waits for a message that is on its way; longer means that the network is gone. */
const SETTLE_MS = 8_000;
const TYPING_EVERY_MS = 3_000;
/** Somebody who has paused this long is not typing any more. */
const TYPING_PAUSE_MS = 5_000;

/**
 * What this agent writes in one conversation: the draft with its files and quote, and the messages on their way. Text and files only ever
 * move between the two.
 */
export class Composer {
  readonly #deps: ComposerDeps;
  readonly #queue: SendQueue;
  readonly #files: AttachedFiles;
  #draft = $state('');
  #isDraftKept = $state(true);
  /** A voice message is being recorded. */
  isRecording = $state(false);
  #notice = $state<string | null>(null);
  /** Which files were not taken; stays while a text is written for those that were. */
  #refusal = $state<string | null>(null);
  #quotedId = $state<string | null>(null);
  #tray = $state.raw<readonly AttachedFile[]>([]);
  #queued = $state.raw<readonly QueuedSend[]>([]);
  #stop = $state.raw<{ send: QueuedSend; unseen: Message[] } | null>(null);
  /** Rises with every move of a file, so that who shows one looks again. */
  #fileMoves = $state(0);
  /** Which file a message of this page was sent with: its picture is here already. */
  readonly #fileOf = new Map<string, string>();
  #typingAt = 0;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  #left = false;

  constructor(deps: ComposerDeps) {
    this.#deps = deps;
    this.#draft = deps.drafts.load(deps.conversationId);
    this.#files = new AttachedFiles({
      upload: deps.upload,
      ended: (file) => this.#uploadEnded(file),
      changed: () => this.#filesChanged(),
      newId: () => crypto.randomUUID(),
      preview: { make: (file) => URL.createObjectURL(file), drop: (url) => URL.revokeObjectURL(url) },
    });
    this.#queue = new SendQueue({
      ...deps,
      key: `parley:queue:${deps.userId}:${deps.conversationId}`,
      takenBack: (sends, why) => this.#takenBack(sends, why),
      changed: () => this.#queueChanged(),
      newId: () => crypto.randomUUID(),
      random: () => Math.random(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    });
    const orphans = this.#queue.takeOrphans();
    if (orphans.length > 0) this.#takenBack(orphans, { reason: 'upload' });
    this.#queueChanged();
  }

  get draft(): string { return this.#draft; } // prettier-ignore
  set draft(text: string) {
    this.#draft = text;
    this.#isDraftKept = this.#deps.drafts.save(this.#deps.conversationId, text);
  }
  /** Whether the draft would survive a reload. Files never do. */
  get isDraftKept(): boolean { return this.#isDraftKept; } // prettier-ignore
  /** The files that wait to be sent. */
  get tray(): readonly AttachedFile[] { return this.#tray; } // prettier-ignore
  /** The message that the next one answers, by id. */
  get quotedId(): string | null { return this.#quotedId; } // prettier-ignore
  get queued(): readonly QueuedSend[] { return this.#queued; } // prettier-ignore
  /** A message held back because somebody wrote meanwhile. */
  get stop(): { send: QueuedSend; unseen: Message[] } | null { return this.#stop; } // prettier-ignore
  /** Why something came back or was not taken, in words; null when there is nothing to say. */
  get notice(): string | null { return this.#refusal ?? this.#notice; } // prettier-ignore
  /** Whether there is anything to send. */
  get hasContent(): boolean { return this.#draft.trim() !== '' || this.#tray.length > 0; } // prettier-ignore
  /** Whether a file in the tray has to be tried again or removed first. */
  get isBlocked(): boolean { return this.#tray.some((file) => file.state.type === 'failed'); } // prettier-ignore
  /** The first placeholder of a saved reply that is still to be filled in, as it is written; null = there is none. */
  get unfilled(): string | null { return unfilledIn(this.#draft)[0] ?? null; } // prettier-ignore
  /** Whether what is written and attached may go out as it is. */
  canSend(provider: ProviderName): boolean {
    const isReady = this.hasContent && !this.isBlocked && this.#stop === null;
    return isReady && this.unfilled === null && charactersLeft(provider, this.#draft) >= 0;
  }
  /** Whether closing the page would lose a file, or what is being recorded. */
  get wouldLose(): boolean {
    return this.isRecording || this.#tray.length > 0 || this.#queued.some(({ file }) => file !== null && file.uploadId === null);
  }

  /** Sends what is written and attached: it is shown at once and leaves in its turn. `seenSeq`: what the agent has on screen. */
  send(seenSeq: number, provider: ProviderName): void {
    if (this.#stop || this.isBlocked || this.unfilled !== null) return;
    const parts = partsOf(provider, this.#draft, this.#tray);
    if (parts.length === 0) return;
    const quotedId = this.#quotedId;
    this.#quotedId = null;
    this.draft = '';
    parts.forEach(({ text, file }, index) => this.#add(text, seenSeq, { quotedId: index === 0 ? quotedId : null }, file));
  }

  /** Sends what was spoken, at once and beside what is being written. */
  async sendVoice(file: File, seenSeq: number, provider: ProviderName): Promise<void> {
    const { added, refusals } = await this.#files.attach([file], provider);
    this.#refusal = refusals[0] ?? null;
    const [voice] = added;
    if (!voice) return;
    this.#add('', seenSeq, { quotedId: this.#quotedId }, voice);
    this.#quotedId = null;
  }

  /** Sends an approved template. `text`: what the end user will read. A draft that went out in it is done with. */
  sendTemplate(template: QueuedTemplate, text: string, seenSeq: number, usesDraft: boolean): void {
    if (usesDraft) this.draft = '';
    this.#add(text, seenSeq, { template }, null);
  }

  /** Takes files into the tray; what is refused is told. */
  async attach(files: readonly File[], provider: ProviderName): Promise<void> {
    const { refusals } = await this.#files.attach(files, provider);
    this.#refusal = refusals.length === 0 ? null : refusals.join(' ');
  }

  removeFile(id: string): void {
    this.#hush();
    this.#files.remove(id);
  }

  retryFile(id: string): void {
    this.#hush();
    this.#files.retry(id);
  }

  /** A file by id, in the tray or in a message on its way. */
  fileById(id: string): AttachedFile | null {
    return this.#fileMoves >= 0 ? this.#files.byId(id) : null;
  }

  /** The picture that a message of this page was sent with. */
  previewOf(messageId: string): string | null {
    const fileId = this.#fileOf.get(messageId);
    return fileId === undefined ? null : (this.#files.byId(fileId)?.preview ?? null);
  }

  /** The next message answers this one; null = none. */
  quote(messageId: string | null): void {
    this.#quotedId = messageId;
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
    this.#files.wake();
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

  /**
   * Resolves when nothing is on its way; rejects when that takes too long, or when a message is held back. A file that still moves may take
   * its time.
   */
  async settled(): Promise<void> {
    let deadline = Date.now() + SETTLE_MS;
    while (this.#queue.isSending || this.#stop) {
      if (this.#stop) throw new NotTried('A message was held back: send or edit it first.');
      if (this.#files.isUploading) deadline = Date.now() + SETTLE_MS;
      if (Date.now() > deadline) throw new NotTried('A message is still on its way. Check the connection and try again.');
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  /** Off the screen: texts that still come back go straight to the stored draft; files in the tray are given up. */
  leave(): void {
    this.#left = true;
    clearTimeout(this.#pauseTimer);
    this.#tellLost([...this.#tray.map((file) => file.name), ...(this.isRecording ? [VOICE_NAME] : [])]);
    this.#files.leave();
  }

  close(): void {
    this.#queue.close();
    this.#files.close();
  }

  #hush(): void {
    this.#notice = null;
    this.#refusal = null;
  }

  #add(text: string, seenSeq: number, extras: SendExtras, file: AttachedFile | null): void {
    this.#hush();
    this.#tellTyping(false);
    if (file) this.#files.take([file.id]);
    const messageId = this.#queue.add(text, seenSeq, { ...extras, file: file && queuedFileOf(file) });
    if (file) this.#fileOf.set(messageId, file.id);
  }

  #uploadEnded(file: AttachedFile): void {
    if (!file.isSent) return;
    if (file.state.type === 'ready') this.#queue.uploaded(queuedFileOf(file));
    else this.#queue.uploadFailed(file.id);
  }

  #filesChanged(): void {
    this.#tray = this.#files.tray;
    this.#fileMoves += 1;
  }

  #queueChanged(): void {
    this.#queued = this.#queue.items;
    this.#stop = this.#queue.stop;
  }

  #takenBack(sends: QueuedSend[], why: TakeBackReason): void {
    const { conversationId } = this.#deps;
    const texts = sends.flatMap(({ text, template }) => (template ? [] : [text]));
    this.#notice = takeBackWords(why.reason, sends);
    if (this.#left) {
      this.#deps.drafts.save(conversationId, joinDraft(texts, this.#deps.drafts.load(conversationId)));
      this.#tellLost(sends.flatMap(({ file }) => file?.name ?? []));
    } else {
      this.draft = joinDraft(texts, this.#draft);
      this.#quotedId ??= sends[0]?.quotedId ?? null;
      // Only the first was refused; the others waited behind it.
      const problem = why.reason === 'invalid' || why.reason === 'no_upload' ? 'The server did not take it.' : null;
      sends.forEach(({ file }, index) => file && this.#files.putBack(file, index === 0 ? problem : null));
    }
    this.#deps.takenBack(why);
  }

  #tellLost(names: string[]): void {
    if (names.length > 0) this.#deps.lost(names);
  }

  #tellTyping(typing: boolean): void {
    clearTimeout(this.#pauseTimer);
    if (typing || this.#typingAt > 0) this.#deps.typing(typing);
    this.#typingAt = typing ? this.#deps.now() : 0;
  }
}
