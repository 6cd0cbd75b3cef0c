import { mimeByName } from '../domain/file-name';
import { FIRST_BYTES, mimeOf } from '../domain/file-type';
import { attachmentFor, type AttachmentKind, type ProviderName } from '../domain/provider-rules';
import type { QueuedFile } from './send-queue';
import type { Uploaded, UploadFile } from './upload';

/** How far a file is. `progress` is the share that has gone, 0..1; `lost`: for want of the network, so it is tried again by itself. */
export type FileState =
  | { type: 'uploading'; progress: number }
  | { type: 'ready'; uploadId: string }
  | { type: 'failed'; reason: string; lost: boolean };

/** A file that an agent has attached. `size` in bytes. */
export type AttachedFile = {
  id: string;
  kind: AttachmentKind;
  name: string;
  mime: string;
  size: number;
  /** Address of the picture in this browser; null for what is no picture. */
  preview: string | null;
  state: FileState;
  /** In a message on its way; otherwise it lies in the tray. */
  isSent: boolean;
};

export type AttachedFilesDeps = {
  upload: UploadFile;
  /** An upload has come to its end, well or badly. */
  ended(file: AttachedFile): void;
  changed(): void;
  newId(): string;
  /** Makes a file's content addressable in this browser, and takes the address back. */
  preview: { make(file: Blob): string; drop(url: string): void };
};

/** Most files in the tray at one time. */
export const MAX_FILES = 10;

/** What an agent has attached in one conversation, and how far each upload is. An upload starts at once on attaching. */
export class AttachedFiles {
  readonly #deps: AttachedFilesDeps;
  #files: readonly AttachedFile[] = [];
  /** The bytes, for another try. */
  readonly #blobs = new Map<string, Blob>();
  readonly #uploads = new Map<string, AbortController>();

  constructor(deps: AttachedFilesDeps) {
    this.#deps = deps;
  }

  /** What waits to be sent, in the order in which it was attached. */
  get tray(): readonly AttachedFile[] {
    return this.#files.filter((file) => !file.isSent);
  }

  /** Whether a message on its way still waits for its file. */
  get isUploading(): boolean {
    return this.#files.some((file) => file.isSent && file.state.type === 'uploading');
  }

  byId(id: string): AttachedFile | null {
    return this.#files.find((file) => file.id === id) ?? null;
  }

  /** Takes files in and starts their uploads. Those that this provider does not take stay out, each with its reason in words. */
  async attach(files: readonly File[], provider: ProviderName): Promise<{ added: AttachedFile[]; refusals: string[] }> {
    const looked = await Promise.all(files.map(async (file) => ({ file, mime: await typeOf(file) })));
    const added: AttachedFile[] = [];
    const refusals: string[] = [];
    for (const { file, mime } of looked) {
      const fit = fitOf(provider, file.size, mime);
      if ('refusal' in fit) refusals.push(`${nameOf(file)}: ${fit.refusal}`);
      else if (this.tray.length < MAX_FILES) added.push(this.#add(file, mime ?? '', fit.kind));
      else refusals.push(`${nameOf(file)}: at most ${MAX_FILES} files at a time.`);
    }
    return { added, refusals };
  }

  /** Moves files out of the tray, into messages on their way. */
  take(ids: readonly string[]): void {
    this.#put(this.#files.map((file) => (ids.includes(file.id) ? { ...file, isSent: true } : file)));
  }

  /** Moves a file of an unsent message back into the tray. `problem`: why it must be uploaded again, in words. */
  putBack({ fileId, uploadId, kind, mime, name, size }: QueuedFile, problem: string | null): void {
    const known = this.byId(fileId);
    const state: FileState | null = problem === null ? null : { type: 'failed', reason: problem, lost: false };
    if (known) this.#set(fileId, { isSent: false, ...(state && { state }) });
    // From before a reload: the server still has it, this page does not.
    else if (uploadId !== null && !state) {
      const ready: FileState = { type: 'ready', uploadId };
      this.#put([...this.#files, { id: fileId, kind, mime, name, size, preview: null, isSent: false, state: ready }]);
    }
  }

  /** Tries an upload again. */
  retry(id: string): void {
    if (this.byId(id)?.state.type === 'failed') void this.#upload(id);
  }

  /** Tries again what failed for want of the network. */
  wake(): void {
    for (const { id, state } of this.#files) if (state.type === 'failed' && state.lost) void this.#upload(id);
  }

  remove(id: string): void {
    const file = this.byId(id);
    if (!file) return;
    this.#stop(id);
    if (file.preview !== null) this.#deps.preview.drop(file.preview);
    this.#blobs.delete(id);
    this.#put(this.#files.filter((other) => other.id !== id));
  }

  /** Gives up what was not sent. */
  leave(): void {
    for (const { id } of this.tray) this.remove(id);
  }

  /** Ends everything and gives all previews back. */
  close(): void {
    for (const { id } of this.#files) this.remove(id);
  }

  #add(file: File, mime: string, kind: AttachmentKind): AttachedFile {
    const id = this.#deps.newId();
    const { size } = file;
    const isPicture = kind === 'image' || kind === 'sticker';
    const preview = isPicture ? this.#deps.preview.make(file) : null;
    const state: FileState = { type: 'uploading', progress: 0 };
    const added = { id, kind, name: nameOf(file), mime, size, preview, state, isSent: false };
    this.#blobs.set(id, file);
    this.#put([...this.#files, added]);
    void this.#upload(id);
    return added;
  }

  async #upload(id: string): Promise<void> {
    const file = this.byId(id);
    const blob = this.#blobs.get(id);
    if (!file || !blob) return;
    this.#stop(id);
    const upload = new AbortController();
    this.#uploads.set(id, upload);
    this.#set(id, { state: { type: 'uploading', progress: 0 } });
    const outcome = await this.#deps.upload(blob, {
      name: file.name,
      progress: (share) => this.#progressed(id, share),
      signal: upload.signal,
    });
    if (upload.signal.aborted) return;
    this.#uploads.delete(id);
    if (outcome.type === 'uploaded') this.#set(id, readyOf(outcome.upload));
    else if (outcome.type === 'refused') this.#fail(id, outcome.message, false);
    else this.#fail(id, 'The connection was lost.', true);
    const ended = this.byId(id);
    if (ended) this.#deps.ended(ended);
  }

  #fail(id: string, reason: string, lost: boolean): void {
    this.#set(id, { state: { type: 'failed', reason, lost } });
  }

  /** The last hundredth is the server's answer. */
  #progressed(id: string, share: number): void {
    if (this.byId(id)?.state.type === 'uploading') this.#set(id, { state: { type: 'uploading', progress: share * 0.99 } });
  }

  #stop(id: string): void {
    this.#uploads.get(id)?.abort();
    this.#uploads.delete(id);
  }

  #set(id: string, fields: Partial<AttachedFile>): void {
    this.#put(this.#files.map((file) => (file.id === id ? { ...file, ...fields } : file)));
  }

  #put(files: readonly AttachedFile[]): void {
    this.#files = files;
    this.#deps.changed();
  }
}

/** The file of a queued message, as it is now. */
export const queuedFileOf = ({ id, kind, name, mime, size, state }: AttachedFile): QueuedFile => ({
  fileId: id,
  uploadId: state.type === 'ready' ? state.uploadId : null,
  kind,
  name,
  mime,
  size,
});

const readyOf = ({ uploadId, kind, mime, size }: Uploaded): Partial<AttachedFile> => ({
  kind,
  mime,
  size,
  state: { type: 'ready', uploadId },
});

/** What a file is by its first bytes, as the server finds it; null when it cannot be read. */
async function typeOf(file: File): Promise<string | null> {
  const claim = file.type === '' ? mimeByName(file.name) : file.type;
  try {
    return mimeOf(new Uint8Array(await file.slice(0, FIRST_BYTES).arrayBuffer()), claim);
  } catch {
    // Moved or deleted since it was chosen, or a folder.
    return null;
  }
}

function fitOf(provider: ProviderName, size: number, mime: string | null): { kind: AttachmentKind } | { refusal: string } {
  if (mime === null) return { refusal: 'It could not be read.' };
  // Nothing tells the type of an empty file.
  return size === 0 ? { refusal: 'This file is empty.' } : attachmentFor(provider, { mime, size });
}

const nameOf = (file: File): string => (file.name.trim() === '' ? 'File' : file.name);
