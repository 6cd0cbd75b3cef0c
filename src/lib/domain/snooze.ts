import type { TicketStatus } from './ticket';
import type { Policy } from './window';

/** A conversation that was set aside until a moment (epoch ms). `isOver`: that has come, and nothing else has happened to the ticket since. */
export type Snooze = { until: number; by: { id: string; name: string }; isOver?: true };

type Facts = { snooze?: Snooze | null; ticketStatus: TicketStatus };

/** The snooze that is on. Only beside Pending, whatever older code may have left behind. */
export const snoozeOf = ({ snooze, ticketStatus }: Facts): Snooze | null =>
  snooze && !snooze.isOver && ticketStatus === 'pending' ? snooze : null;

/** Who set the snooze that is on, or the one by whose end the ticket is New; null = there is none. */
export function snoozedBy({ snooze, ticketStatus }: Facts): string | null {
  const isTrue = snooze && ticketStatus === (snooze.isOver ? 'new' : 'pending');
  return isTrue ? snooze.by.id : null;
}

/** Whether its ticket is New because a snooze has ended. */
export const isWoken = (row: { snoozedUntil: number | null; snoozedBy: string | null }): boolean =>
  row.snoozedBy !== null && row.snoozedUntil === null;

/** The last moment to come back at, epoch ms: while the conversation is in a tab, as nobody would see it later. */
export const latestSnooze = (lastInboundAt: number, { retentionMs }: Pick<Policy, 'retentionMs'>, now: number): number =>
  Math.min(lastInboundAt, now) + retentionMs - 1;
