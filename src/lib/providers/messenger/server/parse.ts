import { z } from 'zod';
import type { Channel, InboundEvent, ParsedWebhook } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { Id } from '../../../server/providers/facts';
import { amendmentsOf } from './amendment';
import { messagesOf } from './message';
import { postbackOf, referralOf } from './postback';
import { deliveriesOf, readOf } from './receipt';
import { timeOf, Timestamp } from './time';

const parts = z.array(z.unknown()).nullish();
const Envelope = z.object({ object: z.literal('page'), entry: z.array(z.unknown()) });
const Entry = z.object({ id: Id, messaging: parts, standby: parts, changes: parts });
const Change = z.object({ field: z.string() });
const Event = z.looseObject({ sender: z.object({ id: Id }), recipient: z.object({ id: Id }), timestamp: Timestamp });

/** Who and when, of one event. `standby`: another app owns the thread for the moment, we only listen. */
export type Occasion = { page: string; sender: string; recipient: string; at: number | null; standby: boolean };

/** What an event can be, by the field that names it; the first that is there decides. */
const readers: [field: string, read: (part: unknown, occasion: Occasion) => InboundEvent[] | null][] = [
  ['message', messagesOf],
  ['message_edit', (part, occasion) => amendmentsOf('message_edit', part, occasion)],
  ['postback', postbackOf],
  ['reaction', (part, occasion) => amendmentsOf('reaction', part, occasion)],
  ['delivery', deliveriesOf],
  ['read', readOf],
  ['referral', referralOf],
];

/**
 * Everything in one delivery of the Messenger platform: all entries, what is ours to answer (`messaging`) and what we only listen to
 * (`standby`), in order. A part that is misshapen, of another page, or of a kind that is no message is rejected alone.
 */
export function parse(body: unknown, channel: Channel): ParsedWebhook {
  const found: ParsedWebhook = { events: [], rejected: [] };
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return { events: [], rejected: [{ reason: 'not a Messenger delivery', part: body }] };
  for (const part of envelope.data.entry) takeEntry(found, part, channel);
  return found;
}

function takeEntry(found: ParsedWebhook, part: unknown, channel: Channel): void {
  const reject = (reason: string, rejected: unknown = part) => found.rejected.push({ reason, part: rejected });
  const entry = Entry.safeParse(part);
  if (!entry.success) return void reject('unreadable entry');
  const { id: page, messaging, standby, changes } = entry.data;
  if (page !== channel.accountId) return void reject('another page');
  const take = (event: unknown, isStandby: boolean) => {
    const read = eventsOf(event, page, isStandby);
    if (typeof read === 'string') reject(read, event);
    else found.events.push(...read);
  };
  for (const event of messaging ?? []) take(event, false);
  for (const event of standby ?? []) take(event, true);
  for (const change of changes ?? []) {
    const { data } = Change.safeParse(change);
    reject(data ? `field ${cleanText(data.field, 64)}` : 'unreadable change', change);
  }
  if (!messaging && !standby && !changes) reject('empty entry');
}

/** The events of one entry of `messaging` or `standby`, or why there are none. */
function eventsOf(part: unknown, page: string, standby: boolean): InboundEvent[] | string {
  const parsed = Event.safeParse(part);
  if (!parsed.success) return 'unreadable event';
  const { sender, recipient, timestamp, ...rest } = parsed.data;
  const occasion = { page, sender: sender.id, recipient: recipient.id, at: timeOf(timestamp), standby };
  for (const [field, read] of readers) {
    if (rest[field] === undefined || rest[field] === null) continue;
    return read(rest[field], occasion) ?? `unreadable ${field}`;
  }
  const [field = 'nothing'] = Object.keys(rest);
  return `event ${cleanText(field, 64)}`;
}
