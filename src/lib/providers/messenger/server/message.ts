import { z } from 'zod';
import { describe, type Details } from '../../../domain/message';
import type { Content, InboundEvent } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { partsOfSendId } from '../../../domain/broadcast';
import { MessageId } from '../../../domain/ids';
import { facts, Id, soft, tokenOf } from '../../../server/providers/facts';
import { attachmentOf } from './attachment';
import type { Occasion } from './parse';
import { Referral, referralFacts, refOf } from './postback';

const Message = z.object({
  mid: Id,
  text: z.string().nullish(),
  attachments: z.array(z.unknown()).nullish(),
  quick_reply: soft(z.object({ payload: soft(z.string()) })),
  reply_to: soft(z.object({ mid: soft(Id) })),
  referral: soft(Referral),
  is_echo: soft(z.boolean()),
  is_deleted: soft(z.boolean()),
  app_id: soft(Id),
  metadata: soft(z.string()),
});
type Message = z.infer<typeof Message>;

/** The app id of a page's own inbox: as Meta's `message_echoes` page prints it, and as its handover protocol does. */
const PAGE_INBOX = new Set(['26390203743090', '263902037430900']);

/**
 * A `message`: what the end user wrote (or withdrew), or an echo of what left in the page's name. Several attachments are one event
 * each, in order: `mid`, `mid#2`, …; what belongs to the whole stands on the first. null when it cannot be read.
 */
export function messagesOf(part: unknown, occasion: Occasion): InboundEvent[] | null {
  const { data } = Message.safeParse(part);
  if (!data) return null;
  const { sender, recipient, page, at, standby } = occasion;
  const isEcho = data.is_echo === true;
  // What the page has sent is never the end user's word, even when the mark is missing.
  if (!isEcho && sender === page) return null;
  const address = isEcho ? recipient : sender;
  if (data.is_deleted === true) {
    return isEcho ? null : [{ type: 'revoke', eventId: `revoke:${data.mid}`, address, at, targetId: data.mid }];
  }
  const contents = contentsOf(data).map((content) => (standby ? withDetails(content, { standby }) : content));
  return contents.map((content, i) => {
    const eventId = i === 0 ? data.mid : `${data.mid}#${i + 1}`;
    const common = { eventId, address, at, ...content };
    return isEcho
      ? { type: 'echo', ...common, messageId: i === 0 ? ownIdOf(data) : null, origin: originOf(data) }
      : { type: 'message', ...common, name: null, ...(i === 0 ? referencesOf(data) : { replyTo: null, token: null, ref: null }) };
  });
}

/** One content per attachment; the text is the first one's. */
function contentsOf({ text, attachments, quick_reply, referral }: Message): Content[] {
  const words = cleanText(text ?? '');
  const [first, ...others] = attachments ?? [];
  const origin = referralFacts(referral) ?? {};
  if (first !== undefined) {
    return [withDetails(attachmentOf(first, words), origin), ...others.map((other) => attachmentOf(other, ''))];
  }
  const kind = quick_reply ? 'button' : typeof text === 'string' ? 'text' : 'unsupported';
  const details = { ...origin, ...facts({ payload: quick_reply?.payload }) };
  return [withDetails({ kind, text: describe(kind, words), media: null, details: null }, details)];
}

function withDetails(content: Content, more: Details): Content {
  return Object.keys(more).length === 0 ? content : { ...content, details: { ...content.details, ...more } };
}

function referencesOf({ reply_to, quick_reply, referral }: Message) {
  return {
    replyTo: reply_to?.mid ?? null,
    token: tokenOf(quick_reply?.payload, referral?.ref),
    ref: refOf(referral),
  };
}

/** Our own sends carry our id as `metadata`; other apps may write anything there. */
const ownIdOf = ({ metadata }: Message): string | null =>
  MessageId.safeParse(metadata).data ?? (metadata !== undefined && partsOfSendId(metadata) ? metadata : null);

function originOf({ app_id }: Message): string {
  return app_id === undefined || PAGE_INBOX.has(app_id) ? 'Messenger inbox' : 'another app';
}
