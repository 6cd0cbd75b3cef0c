import type { Message } from '../domain/message';
import type { TicketStatus } from '../domain/ticket';
import { clockTime, dateAndTime, dayOf } from './thread-time';

/** What a line of activity says; moments in the local zone, which the server does not know. */
export function activityWords({ text, activity, at }: Message): string {
  return activity?.type === 'snoozed' ? `${text} until ${untilText(activity.until, at)}` : text;
}

/** Whether the ticket became New without an agent: the customer has written, or a snooze has ended. */
export const isByItself = ({ activity, author }: Message): boolean =>
  activity?.type === 'woken' || (activity?.type === 'ticket' && author === null);

/** What became of the ticket by it, and by whom, in words; null when nothing did. */
export function ticketChange({ activity, author, at }: Message): { to: TicketStatus; by: string } | null {
  switch (activity?.type) {
    case 'ticket':
      return { to: activity.to, by: author?.name ?? 'reply' };
    case 'snoozed':
      return { to: 'pending', by: `${author?.name ?? 'Somebody'}, snoozed until ${untilText(activity.until, at)}` };
    case 'woken':
      return { to: 'new', by: `snooze ended, set by ${activity.by.name}` };
    default:
      return null;
  }
}

/** `14:00` on the day it was said, else `3 Dec, 09:00`. */
const untilText = (until: number, saidAt: number): string =>
  dayOf(until) === dayOf(saidAt) ? clockTime(until) : dateAndTime(until);
