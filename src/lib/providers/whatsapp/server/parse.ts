import { z } from 'zod';
import type { Channel, InboundEvent, ParsedWebhook } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { soft } from '../../../server/providers/facts';
import { echoOf } from './echo';
import { eventOf } from './message';
import { contactsIn } from './person';
import { receiptOf } from './receipt';

const parts = z.array(z.unknown()).nullish();
const Envelope = z.object({ object: z.literal('whatsapp_business_account'), entry: z.array(z.unknown()) });
const Entry = z.object({ changes: z.array(z.unknown()) });
const Change = z.object({ field: z.string(), value: z.unknown() });
const Value = z.object({
  metadata: z.object({ phone_number_id: z.string() }),
  contacts: soft(z.array(z.unknown())),
  messages: parts,
  statuses: parts,
  message_echoes: parts,
  errors: parts,
});
type Value = z.infer<typeof Value>;

/** What is read of a change, by its `field`; the rest of the fields say nothing about an end user. */
const listsOf = new Map<string, (value: Value) => Pick<Value, 'messages' | 'statuses' | 'message_echoes' | 'errors'>>([
  ['messages', ({ messages, statuses, errors }) => ({ messages, statuses, errors })],
  ['smb_message_echoes', ({ message_echoes, errors }) => ({ message_echoes, errors })],
]);

/**
 * Everything in one delivery of the WhatsApp Cloud API: all entries, changes, messages, statuses and echoes, in their order. A part that
 * is misshapen, of another number, or of a field that is not about messages is rejected alone; the rest is taken.
 */
export function parse(body: unknown, channel: Channel): ParsedWebhook {
  const found: ParsedWebhook = { events: [], rejected: [] };
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return { events: [], rejected: [{ reason: 'not a WhatsApp delivery', part: body }] };
  for (const part of envelope.data.entry) {
    const entry = Entry.safeParse(part);
    if (!entry.success) found.rejected.push({ reason: 'unreadable entry', part });
    else for (const change of entry.data.changes) takeChange(found, change, channel);
  }
  return found;
}

function takeChange(found: ParsedWebhook, part: unknown, channel: Channel): void {
  const reject = (reason: string, rejected: unknown = part) => found.rejected.push({ reason, part: rejected });
  const change = Change.safeParse(part);
  if (!change.success) return void reject('unreadable change');
  const lists = listsOf.get(change.data.field);
  if (!lists) return void reject(`field ${cleanText(change.data.field, 64)}`);
  const value = Value.safeParse(change.data.value);
  if (!value.success) return void reject('unreadable change');
  if (value.data.metadata.phone_number_id !== channel.accountId) return void reject('another phone number');
  const people = contactsIn(value.data.contacts ?? []);
  const take = (read: (item: unknown) => InboundEvent | null, items: unknown[] | null | undefined, what: string) => {
    for (const item of items ?? []) {
      const event = read(item);
      if (event) found.events.push(event);
      else reject(`unreadable ${what}`, item);
    }
  };
  const { messages, statuses, message_echoes, errors } = lists(value.data);
  take((item) => eventOf(item, people), messages, 'message');
  take(receiptOf, statuses, 'status');
  take((item) => echoOf(item, people), message_echoes, 'echo');
  for (const error of errors ?? []) reject('provider error', error);
  if (!messages && !statuses && !message_echoes && !errors) reject('empty change');
}
