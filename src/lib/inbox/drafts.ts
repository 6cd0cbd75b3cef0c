import { z } from 'zod';
import { readJson, writeJson, type Store } from './stored';

/** Drafts of one user, one per conversation. */
export type Drafts = {
  load(conversationId: string): string;
  /** Keeps the text; an empty one is forgotten. Returns false when the browser has no room: the text is on screen only. */
  save(conversationId: string, text: string): boolean;
};

const Draft = z.object({ text: z.string() });

/** What a draft is of. */
type Of = 'draft' | 'note';

/** What stands before the conversation's id in the key of a draft: the user as well, so that a shared browser never shows a colleague's words. */
export const draftPrefix = (userId: string, of: Of = 'draft'): string => `parley:${of}:${userId}:`;

/** One user's drafts, of answers or of notes. */
export function draftsOf(userId: string, store: Store, of: Of = 'draft'): Drafts {
  const key = (conversationId: string) => draftPrefix(userId, of) + conversationId;
  return {
    load: (conversationId) => readJson(store, key(conversationId), Draft)?.text ?? '',
    save: (conversationId, text) => writeJson(store, key(conversationId), text.trim() === '' ? null : { text }),
  };
}

/** Puts texts that could not be sent before what is being written, so that nothing is lost and the order stays. */
export function joinDraft(returned: string[], current: string): string {
  return [...returned, current].filter((text) => text.trim() !== '').join('\n\n');
}
