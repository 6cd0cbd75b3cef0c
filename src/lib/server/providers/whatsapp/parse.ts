import { z } from 'zod';
import type { Channel, InboundEvent, ParsedWebhook } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, Id, soft } from '../facts';
import { contentOf } from './content';
import { receiptOf } from './receipt';
import { timeOf, Timestamp } from './time';

const MAX_NAME = 200;
const MAX_EMOJI = 64;

const parts = z.array(z.unknown()).nullish();
const Envelope = z.object({ object: z.literal('whatsapp_business_account'), entry: z.array(z.unknown()) });
const Entry = z.object({ changes: z.array(z.unknown()) });
const Change = z.object({ field: z.string(), value: z.unknown() });
const Value = z.object({
  metadata: z.object({ phone_number_id: z.string() }),
  contacts: soft(z.array(z.unknown())),
  messages: parts,
  statuses: parts,
  errors: parts,
});

const Contact = z.object({ profile: soft(z.object({ name: soft(z.string()) })), wa_id: soft(Id), user_id: soft(Id) });
type Contact = z.infer<typeof Contact>;

const words = soft(z.string().max(512));
const Message = z.object({
  id: Id,
  from: soft(Id),
  from_user_id: soft(Id),
  timestamp: Timestamp,
  type: z.string().max(64).catch('unknown'),
  context: soft(
    z.object({
      id: soft(Id),
      forwarded: soft(z.boolean()),
      frequently_forwarded: soft(z.boolean()),
      referred_product: soft(z.object({ catalog_id: words, product_retailer_id: words })),
    }),
  ),
  referral: soft(z.object({ ref: words, ctwa_clid: words, source_id: words, source_url: words, headline: words })),
});
type Message = z.infer<typeof Message>;

const Reaction = z.object({ reaction: z.object({ message_id: Id, emoji: soft(z.string()) }) });
const Edit = z.object({
  edit: z.object({ original_message_id: Id, message: z.looseObject({ type: z.string().max(64).catch('text') }) }),
});
const Revoke = z.object({ revoke: z.object({ original_message_id: Id }) });

/**
 * Everything in one delivery of the WhatsApp Cloud API: all entries, changes, messages and statuses, in their order. A part that is
 * misshapen, of another number, or of a field that is not a message is rejected alone; the rest is taken.
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
  if (change.data.field !== 'messages') return void reject(`field ${cleanText(change.data.field, 64)}`);
  const value = Value.safeParse(change.data.value);
  if (!value.success) return void reject('unreadable change');
  const { metadata, contacts, messages, statuses, errors } = value.data;
  if (metadata.phone_number_id !== channel.accountId) return void reject('another phone number');
  const people = (contacts ?? []).flatMap((contact) => Contact.safeParse(contact).data ?? []);
  for (const message of messages ?? []) {
    const event = eventOf(message, people);
    if (event) found.events.push(event);
    else reject('unreadable message', message);
  }
  for (const status of statuses ?? []) {
    const receipt = receiptOf(status);
    if (receipt) found.events.push(receipt);
    else reject('unreadable status', status);
  }
  for (const error of errors ?? []) reject('provider error', error);
  if (!messages && !statuses && !errors) reject('empty change');
}

function eventOf(part: unknown, people: Contact[]): InboundEvent | null {
  const parsed = Message.safeParse(part);
  if (!parsed.success) return null;
  const message = parsed.data;
  const person = personOf(message, people);
  // Users who hide their number have only the scoped user id.
  const address = message.from ?? person?.wa_id ?? message.from_user_id ?? person?.user_id;
  if (address === undefined) return null;
  const common = { eventId: message.id, address, at: timeOf(message.timestamp) };
  switch (message.type) {
    case 'reaction': {
      const { data } = Reaction.safeParse(part);
      if (!data) return null;
      const emoji = cleanText(data.reaction.emoji ?? '', MAX_EMOJI) || null;
      return { type: 'reaction', ...common, targetId: data.reaction.message_id, emoji };
    }
    case 'edit': {
      const { data } = Edit.safeParse(part);
      const content = data && contentOf(data.edit.message.type, data.edit.message);
      return content ? { type: 'edit', ...common, targetId: data.edit.original_message_id, text: content.text } : null;
    }
    case 'revoke': {
      const { data } = Revoke.safeParse(part);
      return data ? { type: 'revoke', ...common, targetId: data.revoke.original_message_id } : null;
    }
    default:
      return messageOf(message, part, common, person);
  }
}

function messageOf(
  message: Message,
  part: unknown,
  common: { eventId: string; address: string; at: number | null },
  person: Contact | undefined,
): InboundEvent | null {
  const content = contentOf(message.type, part);
  if (!content) return null;
  const { context, referral } = message;
  const forwarded = context?.forwarded === true || context?.frequently_forwarded === true;
  const origin = facts({
    forwarded: forwarded || undefined,
    productId: context?.referred_product?.product_retailer_id,
    catalogId: context?.referred_product?.catalog_id,
    adHeadline: referral?.headline,
    adUrl: referral?.source_url,
  });
  return {
    type: 'message',
    ...common,
    name: cleanText(person?.profile?.name ?? '', MAX_NAME).trim() || null,
    ...content,
    details: content.details || origin ? { ...origin, ...content.details } : null,
    // What was forwarded is no answer to anything, whatever its context says.
    replyTo: forwarded ? null : (context?.id ?? null),
    ref: referral?.ref ?? referral?.ctwa_clid ?? referral?.source_id ?? null,
  };
}

/** The `contacts` entry of the sender; a delivery about one person may leave out the ids on the message itself. */
function personOf(message: Message, people: Contact[]): Contact | undefined {
  const { from, from_user_id } = message;
  if (from === undefined && from_user_id === undefined) return people.length === 1 ? people[0] : undefined;
  return people.find(
    (person) => (from !== undefined && person.wa_id === from) || (from_user_id !== undefined && person.user_id === from_user_id),
  );
}
