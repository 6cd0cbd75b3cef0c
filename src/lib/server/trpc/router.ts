import { campaignsRouter } from './routers/campaigns';
import { channelsRouter } from './routers/channels';
import { conversationsRouter } from './routers/conversations';
import { router } from './trpc';

export const appRouter = router({ conversations: conversationsRouter, campaigns: campaignsRouter, channels: channelsRouter });
export type AppRouter = typeof appRouter;
