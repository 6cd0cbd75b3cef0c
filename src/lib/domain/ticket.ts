import { z } from 'zod';

export const TicketStatus = z.enum(['new', 'pending', 'closed']);
export type TicketStatus = z.infer<typeof TicketStatus>;

/** What a ticket was before somebody set it, and the number of the conversation's last message then: what it takes to take it back. */
export type TicketChange = { previous: TicketStatus; seq: number };

export const ticketStatusNames: Record<TicketStatus, string> = { new: 'New', pending: 'Pending', closed: 'Closed' };
