import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { NewKey } from '../../../domain/api-key';
import { makeKey } from '../../api-key';
import * as keys from '../../db/api-keys';
import type { AuditEntry } from '../../db/audit';
import { database } from '../../db/client';
import { allowed, router } from '../trpc';

const admins = allowed('settings.keys');

/** Keys by which other systems use the API. */
export const keysRouter = router({
  /** All keys, the newest first; never the keys themselves. */
  list: admins.query(({ ctx }) => keys.list(database(ctx.env.DB))),

  /** Makes a key. This answer is the only place where it ever stands. */
  issue: admins.input(NewKey).mutation(async ({ ctx: { env, agent }, input }): Promise<{ id: string; key: string }> => {
    const at = Date.now();
    if (input.expiresAt !== null && input.expiresAt <= at) throw new TRPCError({ code: 'BAD_REQUEST', message: 'The key would have expired already.' }); // prettier-ignore
    const { key, prefix, hash } = await makeKey();
    const details = { scopes: input.scopes.join(' '), expiresAt: input.expiresAt };
    const isIssued = await keys.issue(env.DB, { ...input, hash, prefix, by: agent, at }, entryOf(agent, at, 'issued', input.id, details)); // prettier-ignore
    if (!isIssued) throw new TRPCError({ code: 'CONFLICT', message: 'This key is issued already, and is shown only once. If you do not have it, revoke it and issue another.' }); // prettier-ignore
    return { id: input.id, key };
  }),

  /** The key opens nothing from the next call on. Again, it stays revoked. */
  revoke: admins.input(z.strictObject({ id: z.uuid() })).mutation(async ({ ctx: { env, agent }, input: { id } }) => {
    const at = Date.now();
    await keys.revoke(env.DB, id, at, entryOf(agent, at, 'revoked', id));
    return {};
  }),
});

const entryOf = (
  { id, name }: { id: string; name: string },
  at: number,
  verb: 'issued' | 'revoked',
  keyId: string,
  details: AuditEntry['details'] = {},
): AuditEntry => ({ at, actor: { id, name }, action: `key.${verb}`, subject: { type: 'key', id: keyId }, details });
