import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';
import type { ReplyWords } from '../domain/saved-reply';
import { api } from './api';
import { problemOf } from './problem';

/** One reply as everybody has it. */
export type ReplyRow = Awaited<ReturnType<typeof api.replies.list.query>>[number];
/** What became of a save. `conflict`: somebody was quicker; what they left has this version, null = it is gone. */
export type SaveOutcome =
  { type: 'saved' } | { type: 'refused'; words: string } | { type: 'conflict'; words: string; version: number | null };

const Conflict = z.discriminatedUnion('reason', [
  z.object({ reason: z.literal('reply_changed'), version: z.number() }),
  z.object({ reason: z.literal('reply_gone') }),
]);

/** The saved replies, asked for when they are wanted and kept for the next time. */
export class SavedReplies {
  #rows: readonly ReplyRow[] | null = $state.raw(null);
  #hasFailed = $state(false);
  #asked = 0;

  /** null until they have been here once. */
  get rows() { return this.#rows; } // prettier-ignore
  /** The latest look did not work; what is shown is older. */
  get hasFailed() { return this.#hasFailed; } // prettier-ignore

  async refresh(): Promise<void> {
    const nth = ++this.#asked;
    try {
      const rows = await api.replies.list.query();
      // An older answer never replaces that of a newer question.
      if (nth !== this.#asked) return;
      this.#rows = rows;
      this.#hasFailed = false;
    } catch {
      if (nth === this.#asked) this.#hasFailed = true;
    }
  }

  /** Adds a reply (`version` null; `id` of this wish, the same for each try) or changes the one of this version. */
  async save(id: string, words: ReplyWords, version: number | null): Promise<SaveOutcome> {
    try {
      await api.replies.save.mutate({ id, version, ...words });
      await this.refresh();
      return { type: 'saved' };
    } catch (error) {
      const conflict = error instanceof TRPCClientError ? Conflict.safeParse(error.data) : null;
      const { words: why } = problemOf(error);
      if (!conflict?.success) return { type: 'refused', words: why };
      await this.refresh();
      return { type: 'conflict', words: why, version: conflict.data.reason === 'reply_gone' ? null : conflict.data.version };
    }
  }

  /** What is wrong, in words; null = it is not there any more. */
  async remove(id: string): Promise<string | null> {
    try {
      await api.replies.remove.mutate({ id });
      await this.refresh();
      return null;
    } catch (error) {
      return problemOf(error).words;
    }
  }

  /** Counts a use. One that does not get through is not worth a word: it only moves a reply up the list. */
  used(id: string): void {
    this.#rows = this.#rows?.map((row) => (row.id === id ? { ...row, used: row.used + 1 } : row)) ?? null;
    api.replies.used.mutate({ id }).catch(() => undefined);
  }
}

/** Those of this page, whichever conversation is open. Filled in the browser only. */
export const savedReplies = new SavedReplies();
