import { z } from 'zod';
import { ChannelId } from './ids';
import { TicketStatus } from './ticket';

/** Longest search text that is looked at; the rest is ignored. */
export const MAX_SEARCH = 200;

const filters = {
  search: z.string().max(10_000).optional(),
  campaignIds: z.array(z.string().max(64)).max(100).optional(),
  labels: z.array(z.string().max(64)).max(100).optional(),
  ticketStatuses: z.array(TicketStatus).max(3).optional(),
  channelIds: z.array(ChannelId).max(100).optional(),
  unanswered: z.boolean().optional(),
  heldBy: z.enum(['me', 'nobody']).optional(),
};

/** What narrows the list; the values of one filter are alternatives, the filters all apply. */
export const ListFilters = z.strictObject(filters);
export type ListFilters = z.infer<typeof ListFilters>;

export const ListQuery = z.strictObject({
  ...filters,
  tab: z.enum(['active', 'inactive']),
  /** By the end user's latest message: newest first, or oldest first, which is also: window closing first. */
  sort: z.enum(['latest', 'oldest']).default('latest'),
  cursor: z.string().max(64).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type ListQuery = z.infer<typeof ListQuery>;

export type Counts = { total: number; new: number; pending: number; closed: number };
