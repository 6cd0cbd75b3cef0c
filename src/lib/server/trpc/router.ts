import { accountRouter } from './routers/account';
import { auditRouter } from './routers/audit';
import { campaignsRouter } from './routers/campaigns';
import { channelsRouter } from './routers/channels';
import { conversationsRouter } from './routers/conversations';
import { keysRouter } from './routers/keys';
import { peopleRouter } from './routers/people';
import { repliesRouter } from './routers/replies';
import { reportsRouter } from './routers/reports';
import { segmentsRouter } from './routers/segments';
import { usersRouter } from './routers/users';
import { searchIndexRouter } from './routers/search-index';
import { router } from './trpc';

export const appRouter = router({
  conversations: conversationsRouter,
  campaigns: campaignsRouter,
  channels: channelsRouter,
  people: peopleRouter,
  segments: segmentsRouter,
  audit: auditRouter,
  reports: reportsRouter,
  users: usersRouter,
  account: accountRouter,
  searchIndex: searchIndexRouter,
  keys: keysRouter,
  replies: repliesRouter,
});
export type AppRouter = typeof appRouter;
