import { z } from 'zod';
import { problemOf, ReplyWords, type SavedReply } from '../../../domain/saved-reply';
import type { Agent } from '../../../domain/role';
import type { AuditEntry } from '../../db/audit';
import { database, type Db } from '../../db/client';
import * as replies from '../../db/saved-replies';
import { rejected } from '../errors';
import { allowed, router } from '../trpc';

const agents = allowed('conversations');
const admins = allowed('settings.replies');
const One = z.strictObject({ id: z.uuid() });

/** Texts that Admins write and agents put into their answers. */
export const repliesRouter = router({
  /** All of them, by name. */
  list: agents.query(({ ctx }) => replies.list(database(ctx.env.DB))),

  /**
   * Adds a reply (`version` null; `id` is the caller's, so that the same call twice adds one), or changes the one that has this version.
   * Answers with the version that there is now. Refused with who was quicker, or that the name is taken.
   */
  save: admins
    .input(z.strictObject({ id: z.uuid(), version: z.number().int().positive().nullable(), ...ReplyWords.shape }))
    .mutation(async ({ ctx: { env, agent }, input }): Promise<{ version: number }> => {
      const words = problemOf(input);
      if (words !== null) throw rejected({ reason: 'bad_reply', words });
      const { version, ...rest } = input;
      const at = Date.now();
      const saving = { ...rest, by: agent.name, at };
      const act = entryOf(agent, at, version === null ? 'reply.added' : 'reply.changed', input.id);
      const isSaved = await (version === null ? replies.add(env.DB, saving, act) : replies.change(env.DB, { ...saving, version }, act)); // prettier-ignore
      return { version: isSaved ? (version ?? 0) + 1 : await sameVersion(database(env.DB), input) };
    }),

  /** Nobody finds it any more; again, nothing happens. */
  remove: admins.input(One).mutation(async ({ ctx: { env, agent }, input: { id } }) => {
    const at = Date.now();
    await replies.remove(env.DB, id, entryOf(agent, at, 'reply.removed', id));
    return {};
  }),

  /** An agent has put it into a draft. */
  used: agents.input(One).mutation(async ({ ctx: { env }, input: { id } }) => {
    await replies.countUse(database(env.DB), id);
    return {};
  }),
});

/** The version that says the same already, because this call came twice; else what has come between, thrown. */
async function sameVersion(
  db: Db,
  wanted: Pick<SavedReply, 'id' | 'name' | 'text'> & { version: number | null },
): Promise<number> {
  const now = await replies.find(db, wanted.id);
  if (now?.name === wanted.name && now.text === wanted.text) return now.version;
  if (now && now.version !== wanted.version) throw rejected({ reason: 'reply_changed', version: now.version, by: now.updatedBy, at: now.updatedAt }); // prettier-ignore
  if (!now && wanted.version !== null) throw rejected({ reason: 'reply_gone' });
  const other = await replies.byName(db, wanted.name);
  throw rejected(other ? { reason: 'reply_taken', name: other.name } : { reason: 'reply_limit' });
}

const entryOf = (
  { id, name }: Pick<Agent, 'id' | 'name'>,
  at: number,
  action: 'reply.added' | 'reply.changed' | 'reply.removed',
  replyId: string,
): AuditEntry => ({ at, actor: { id, name }, action, subject: { type: 'reply', id: replyId } });
