import { z } from 'zod';
import { AuditCursorText, AuditFilters, auditCursorText } from '../../../domain/audit';
import { database } from '../../db/client';
import { namesOf } from '../../db/audit';
import * as log from '../../db/audit-log';
import { allowed, router } from '../trpc';

const admins = allowed('settings.audit');

/** Who did what, when. It is only read here: rows come with the acts themselves. */
export const auditRouter = router({
  /** A page of acts, newest first. */
  list: admins
    .input(AuditFilters.extend({ cursor: AuditCursorText.optional(), limit: z.number().int().min(1).max(100).default(50) }))
    .query(async ({ ctx: { env }, input: { cursor, limit, subject, ...filters } }) => {
      const db = database(env.DB);
      const subjects = await namesOf(db, subject);
      const page = { after: cursor ?? null, limit: limit + 1 };
      const rows = await log.list(db, { ...filters, subjects }, page);
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? auditCursorText(last) : null };
    }),

  /** Who there is to filter by. */
  actors: admins.query(({ ctx }) => log.actors(database(ctx.env.DB))),
});
