import type { TicketStatus } from '../../src/lib/domain/ticket';
import type { Random } from './random';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Shares of the list: 60 % Active; of those a few are about to leave. */
const ACTIVE_SHARE = 0.6;
const LAST_HALF_HOUR = 4;
const LAST_TWO_HOURS = 8;

/** How long ago the end user of each conversation last wrote, in ms, youngest first. */
export function agesOf(count: number, random: Random): number[] {
  const active = Math.round(count * ACTIVE_SHARE);
  const spreadOut = active - LAST_HALF_HOUR - LAST_TWO_HOURS;
  const ages: number[] = [];
  // Squared, because a busy inbox has more that is recent.
  for (let i = 0; i < spreadOut; i++) {
    ages.push(4 * MINUTE + ((i + random.next()) / spreadOut) ** 1.7 * (21.8 * HOUR - 4 * MINUTE));
  }
  for (let i = 0; i < LAST_TWO_HOURS; i++) ages.push(DAY - (36 + i * 10 + random.int(0, 6)) * MINUTE);
  for (let i = 0; i < LAST_HALF_HOUR; i++) ages.push(DAY - (9 + i * 5) * MINUTE);
  const inactive = count - active;
  for (let i = 0; i < inactive; i++) ages.push(DAY + HOUR + ((i + random.next()) / inactive) * (13 * DAY - 2 * HOUR));
  return ages.map(Math.round);
}

const shares: Record<'active' | 'inactive', Record<TicketStatus, number>> = {
  active: { new: 0.48, pending: 0.3, closed: 0.22 },
  inactive: { new: 0.17, pending: 0.33, closed: 0.5 },
};

/** A ticket status for each age, in fixed shares of each tab, mixed. */
export function statusesOf(ages: readonly number[], random: Random): TicketStatus[] {
  const active = ages.filter((age) => age < DAY).length;
  return [...mixed(shares.active, active, random), ...mixed(shares.inactive, ages.length - active, random)];
}

function mixed(share: Record<TicketStatus, number>, count: number, random: Random): TicketStatus[] {
  const fresh = Math.round(share.new * count);
  const pending = Math.round(share.pending * count);
  const all = Array.from({ length: count }, (_, i): TicketStatus =>
    i < fresh ? 'new' : i < fresh + pending ? 'pending' : 'closed',
  );
  return random.shuffle(all);
}
