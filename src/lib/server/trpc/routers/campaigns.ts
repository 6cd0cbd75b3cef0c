import { database } from '../../db/client';
import * as campaigns from '../../db/campaigns';
import { allowed, router } from '../trpc';

export const campaignsRouter = router({
  /** What the list can be filtered by: every campaign with its labels. */
  options: allowed('conversations').query(({ ctx }) => campaigns.options(database(ctx.env.DB))),
});
