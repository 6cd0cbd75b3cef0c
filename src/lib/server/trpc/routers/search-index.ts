import { z } from 'zod';
import { IndexCursor } from '../../../domain/index-check';
import { recording } from '../../db/audit';
import { batch, database } from '../../db/client';
import { stepIndex } from '../../index-check';
import { allowed, router } from '../trpc';

const admins = allowed('settings.index').input(z.strictObject({ after: IndexCursor.default('') }));

/** The read model beside the conversations themselves. Each call is a step; the next one goes on after `next`, until that is null. */
export const searchIndexRouter = router({
  compare: admins.query(({ ctx, input }) => stepIndex(ctx.env, { after: input.after, rebuild: false })),

  /** Builds it anew, while everything runs on. */
  rebuild: admins.mutation(async ({ ctx, input }) => {
    if (input.after === '') {
      const entry = {
        at: Date.now(),
        actor: ctx.agent,
        action: 'index.rebuilt',
        subject: { type: 'index', id: 'search' },
      } as const;
      await batch(ctx.env.DB, [recording(database(ctx.env.DB), entry)]);
    }
    return stepIndex(ctx.env, { after: input.after, rebuild: true });
  }),
});
