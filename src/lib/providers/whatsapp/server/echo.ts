import { z } from 'zod';
import type { Echo } from '../../../domain/provider';
import { Id, soft } from '../../../server/providers/facts';
import { contentOf } from './content';
import { idsOf, personOf, type Contact } from './person';
import { timeOf, Timestamp } from './time';

const Sent = z.object({
  id: Id,
  to: soft(Id),
  to_user_id: soft(Id),
  timestamp: Timestamp,
  type: z.string().max(64).catch('unknown'),
});

/** What only changes a message of the brand's; there is no event for that. */
const amendments = ['reaction', 'edit', 'revoke'];

/** One entry of `message_echoes`: what the brand wrote in the phone app. Null when it is no message, or to nobody. */
export function echoOf(part: unknown, people: Contact[]): Echo | null {
  const parsed = Sent.safeParse(part);
  if (!parsed.success || amendments.includes(parsed.data.type)) return null;
  const { id, to, to_user_id, timestamp, type } = parsed.data;
  const receiver = { from: to, from_user_id: to_user_id };
  const ids = idsOf(receiver, personOf(receiver, people));
  const content = contentOf(type, part);
  if (!ids || !content) return null;
  const { kind, text, media, details } = content;
  return {
    type: 'echo',
    eventId: id,
    address: ids.address,
    at: timeOf(timestamp),
    kind,
    text,
    media,
    details,
    messageId: null,
    origin: 'WhatsApp phone app',
  };
}
