import type { Summary } from '../domain/summary';
import { ticketStatusNames } from '../domain/ticket';
import { rulesOf } from '../domain/provider-rules';
import { timeAhead } from './thread-time';
import { timeLeftInWords } from './time-text';

/** What of a row is this page's own: it is selected, its user has begun an answer. */
type Marks = { selected?: boolean; hasDraft?: boolean };

/** What a screen reader says of a row: customer, channel, status, unread, window left, locked by, its marks. `now` in epoch ms. */
export function rowLabel(row: Summary, now: number, userId: string, { selected = false, hasDraft = false }: Marks = {}): string {
  const left = row.activeUntil - now;
  const holder = row.lock === null ? null : row.lock.agentId === userId ? 'you' : row.lock.agentName;
  return [
    row.contact.name,
    rulesOf(row.channel.provider).title,
    ticketStatusNames[row.ticketStatus],
    row.snoozedUntil ? `snoozed until ${timeAhead(row.snoozedUntil, now)}` : null,
    row.unread > 0 ? `${row.unread} unread` : null,
    left > 0 ? `${timeLeftInWords(left)} left` : null,
    holder === null ? null : `locked by ${holder}`,
    hasDraft ? 'an answer begun' : null,
    selected ? 'selected' : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}
