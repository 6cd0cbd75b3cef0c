import { createContext } from 'svelte';
import type { Message } from '../domain/message';
import type { AttachedFile } from './attached-files';

/** A picture to be looked at in full. `name` says what it is. */
export type Picture = { src: string; name: string; caption: string | null };

/** What can be done with a message where it is drawn. Each answer follows the state it is read from. */
export type ThreadActions = {
  mayReply(message: Message): boolean;
  /** Quotes it in the composer. */
  reply(message: Message): void;
  mayRetry(message: Message): boolean;
  /** Sends a failed or doubtful message again. */
  retry(messageId: string): void;
  /** Asks again for its attachment; resolves when that is under way, or has been told not to work. */
  fetchMedia(messageId: string): Promise<unknown>;
  show(picture: Picture): void;
  /** The picture that a message was sent with from this page, so that it need not be loaded. */
  previewOf(messageId: string): string | null;
  fileById(fileId: string): AttachedFile | null;
  /** It is being listened to, so that it stays in the page when it is scrolled away; null = nothing is. */
  playing(messageId: string | null): void;
};

export const [getThreadActions, setThreadActions] = createContext<ThreadActions>();
