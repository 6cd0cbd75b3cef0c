import type { TicketStatus } from './ticket';

/**
 * What is done to a conversation that somebody may have to answer for later. Ids, statuses and numbers; never what was written. That a
 * reply sets New is none of these: nobody does it, it is in the thread with its message, and it would be a written row for each.
 */
export type Act =
  | { action: 'ticket.changed'; details: { from: TicketStatus; to: TicketStatus } }
  /** Set aside until a moment, epoch ms; and brought back before it by setting Pending again. That a snooze ends is nobody's act. */
  | { action: 'ticket.snoozed'; details: { from: TicketStatus; until: number } }
  | { action: 'ticket.unsnoozed'; details: Record<never, never> }
  /** X on the chat window: what the ticket was and is, and the hold given back. */
  | { action: 'conversation.closed'; details: { from: TicketStatus; to: TicketStatus } }
  /** `from`: the user who held it. */
  | { action: 'conversation.takenOver'; details: { from: string } }
  /** The end user took a message back; `seq` says which one. Its text stays in the thread. */
  | { action: 'message.withdrawn'; details: { seq: number } };

/** An act with who did it; `actor` is null for the end user. `at` in epoch ms. */
export type RecordedAct = Act & { at: number; actor: { id: string; name: string } | null };
