import { isWoken } from '../domain/snooze';
import type { Summary } from '../domain/summary';
import type { Arrival } from './notices';

type Seen = Pick<Summary, 'version' | 'unread' | 'lastInboundAt' | 'ticketChangedAt'>;
/** What is news of a row that is here for the first time. */
type News = Omit<Arrival, 'row'>;

const MOST = 5_000;
/** By so much a provider's time of a message may lie before its arrival here, and some count in whole seconds. */
const TRIP_MS = 60_000;

/** Tells, from the rows as they come, which of them bring messages of customers, and whose snooze has ended. Only what is newer than what was seen counts. */
export class SeenRows {
  readonly #seen = new Map<string, Seen>();
  #since: number;
  /** The same of what our own clock has timed. */
  #ticketsSince: number;

  /** `now`: epoch ms of the server's clock; what is older than that and comes here for the first time is no news. */
  constructor(now: number) {
    this.#since = now - TRIP_MS;
    this.#ticketsSince = now;
  }

  /** Rows that were told because something about them has changed; answers with those that are newer, `messages` 0 if there is none. */
  hear(rows: readonly Summary[]): Arrival[] {
    return this.#note(rows, (row) => ({
      messages: row.unread > 0 && row.lastMessage.direction === 'inbound' && row.lastInboundAt > this.#since ? 1 : 0,
      isWoken: isWoken(row) && row.ticketChangedAt > this.#ticketsSince,
    }));
  }

  /** The same of rows that were read as the list has them: one that is here for the first time says nothing. */
  read(rows: readonly Summary[]): Arrival[] {
    return this.#note(rows, () => ({ messages: 0, isWoken: false }));
  }

  /** They are gone for good; whoever comes after them begins anew. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#seen.delete(id);
  }

  #note(rows: readonly Summary[], ofNew: (row: Summary) => News): Arrival[] {
    const newer: Arrival[] = [];
    for (const row of rows) {
      const before = this.#seen.get(row.id);
      if (before !== undefined && row.version <= before.version) continue;
      newer.push({ row, ...(before === undefined ? ofNew(row) : newsSince(before, row)) });
      this.#seen.delete(row.id);
      const { version, unread, lastInboundAt, ticketChangedAt } = row;
      this.#seen.set(row.id, { version, unread, lastInboundAt, ticketChangedAt });
    }
    this.#shrink();
    return newer;
  }

  #shrink(): void {
    for (const [id, { lastInboundAt, ticketChangedAt }] of this.#seen) {
      if (this.#seen.size <= MOST) return;
      this.#seen.delete(id);
      // Or what is forgotten would be news when something else about it changes.
      this.#since = Math.max(this.#since, lastInboundAt);
      this.#ticketsSince = Math.max(this.#ticketsSince, ticketChangedAt);
    }
  }
}

/** One row may tell of a snooze that has been set and has ended in between. */
const newsSince = (before: Seen, row: Summary): News => ({
  messages: messagesSince(before, row),
  isWoken: isWoken(row) && row.ticketChangedAt > before.ticketChangedAt,
});

/** How many messages of the customer nobody has seen and came in between. One row may tell of several, and of being read before them. */
function messagesSince(before: Seen, row: Summary): number {
  if (row.unread === 0) return 0;
  if (row.unread > before.unread) return row.unread - before.unread;
  return row.lastInboundAt > before.lastInboundAt ? 1 : 0;
}
