import { z } from 'zod';
import { ConversationId } from './ids';
import type { Rejection } from './rejection';
import { TicketStatus, type TicketChange } from './ticket';

/** Tickets of one call: each is a call of its conversation, and a Worker may make 1,000 for the calls of one batch. */
export const MOST_TICKETS = 50;

/**
 * A ticket that is to be set. `since`: only if nobody has written or set it after that conversation's message with this number;
 * `snoozedUntil`: set aside until then, as it was.
 */
export const TicketWish = z.strictObject({
  id: ConversationId,
  ticketStatus: TicketStatus,
  since: z.number().int().nonnegative().optional(),
  snoozedUntil: z.number().int().positive().optional(),
});
export type TicketWish = z.input<typeof TicketWish>;

/** What became of one of several: set, or as it was, with the reason. `unavailable`: it may be either, and the same again does no harm. */
export type TicketAnswer = { id: string } & (({ done: true } & TicketChange) | ({ done: false } & Rejection));
