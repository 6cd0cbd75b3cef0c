import { z } from 'zod';

export const TicketStatus = z.enum(['new', 'pending', 'closed']);
export type TicketStatus = z.infer<typeof TicketStatus>;

export const ticketStatusNames: Record<TicketStatus, string> = { new: 'New', pending: 'Pending', closed: 'Closed' };
