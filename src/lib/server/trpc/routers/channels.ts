import { database } from '../../db/client';
import * as channels from '../../db/channels';
import { allowed, router } from '../trpc';

export const channelsRouter = router({
  /** What the list can be filtered by: every channel, without its secrets. */
  options: allowed('conversations').query(({ ctx }) => channels.list(database(ctx.env.DB))),
});
