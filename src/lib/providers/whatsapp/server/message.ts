import { z } from 'zod';
import type { InboundEvent } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, Id, soft } from '../../../server/providers/facts';
import { contentOf } from './content';
import { moveOf } from './notice';
import { idsOf, nameOf, personOf, type Contact } from './person';
import { timeOf, Timestamp } from './time';

const MAX_EMOJI = 64;

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

/** One entry of `messages`; null when it cannot be understood or is nobody's. */
export function eventOf(part: unknown, people: Contact[]): InboundEvent | null {
  const parsed = Message.safeParse(part);
  if (!parsed.success) return null;
  const message = parsed.data;
  const person = personOf(message, people);
  const known = { eventId: message.id, at: timeOf(message.timestamp) };
  if (message.type === 'system') {
    const move = moveOf(part, message, person);
    return move && messageOf(message, part, { ...known, ...move }, person);
  }
  const ids = idsOf(message, person);
  if (!ids) return null;
  const common = { ...known, address: ids.address };
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
      return messageOf(message, part, { ...known, ...ids }, person);
  }
}

type MessageEvent = Extract<InboundEvent, { type: 'message' }>;

function messageOf(
  message: Message,
  part: unknown,
  common: Pick<MessageEvent, 'eventId' | 'address' | 'aliases' | 'movedTo' | 'at'>,
  person: Contact | undefined,
): MessageEvent | null {
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
    name: nameOf(person),
    ...content,
    details: content.details || origin ? { ...origin, ...content.details } : null,
    // What was forwarded is no answer to anything, whatever its context says.
    replyTo: forwarded ? null : (context?.id ?? null),
    // The id of a click is one that no campaign can know.
    ref: referral?.ref ?? referral?.source_id ?? referral?.ctwa_clid ?? null,
  };
}
