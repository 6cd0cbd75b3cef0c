import { z } from 'zod';

export const TicketStatus = z.enum(['new', 'pending', 'closed']);
export type TicketStatus = z.infer<typeof TicketStatus>;

/** What a ticket was before somebody set it and what it is now, and the number of the last message then: what it takes to take it back. */
export type TicketChange = { previous: TicketStatus; snoozedUntil: number | null; ticketStatus: TicketStatus; seq: number };

/**
 * How one of several is set: what is that already is left as it is, its snooze too. `since`: it takes back what was done when this was the
 * last message's number, and so only while nobody has gone on from there; `snoozedUntil`: it was set aside until then.
 */
export type Among = { since?: number; snoozedUntil?: number };

export const ticketStatusNames: Record<TicketStatus, string> = { new: 'New', pending: 'Pending', closed: 'Closed' };
