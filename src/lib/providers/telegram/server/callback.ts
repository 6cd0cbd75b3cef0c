import { z } from 'zod';
import { describe } from '../../../domain/message';
import type { InboundEvent } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, Id, soft, tokenOf } from '../../../server/providers/facts';
import { BotApiId, Chat, messageIdOf, nameOf, Person, strangerOf } from './chat';

const Button = z.object({ text: z.string(), callback_data: soft(z.string()) });
const CallbackQuery = z.object({
  from: Person,
  // Missing when the button is on a message that the bot did not send into a chat itself.
  message: soft(
    z.object({
      message_id: BotApiId,
      chat: Chat,
      reply_markup: soft(z.object({ inline_keyboard: z.array(z.array(z.unknown())) })),
    }),
  ),
  data: soft(z.string().max(1_024)),
});
type CallbackQuery = z.infer<typeof CallbackQuery>;

/**
 * A pressed button, as an answer to the message that it is on. It has no time of its own: that of its message is when that was sent.
 * In words why not, when it is not taken.
 */
export function callbackOf(part: unknown, eventId: string): InboundEvent | string {
  const query = CallbackQuery.safeParse(part);
  if (!query.success) return 'unreadable callback query';
  const { from, message, data } = query.data;
  if (!message) return 'a button of no message';
  const stranger = strangerOf(from);
  if (stranger !== null) return stranger;
  return {
    type: 'message',
    eventId,
    address: message.chat.id,
    name: nameOf(from) ?? nameOf(message.chat),
    at: null,
    kind: 'button',
    text: describe('button', cleanText(captionOf(query.data) ?? data ?? '')),
    media: null,
    details: facts({ payload: data }),
    replyTo: messageIdOf(message.chat.id, message.message_id),
    token: tokenOf(data),
    ref: null,
  };
}

/** What Telegram waits to have confirmed: until then the button shows that it is working. Also where the press is not taken. */
export function confirmationOf(part: unknown): string | null {
  return z.object({ id: Id }).safeParse(part).data?.id ?? null;
}

/** What stands on the pressed button; undefined when its message is too old to be told. */
function captionOf({ message, data }: CallbackQuery): string | undefined {
  const buttons = (message?.reply_markup?.inline_keyboard ?? []).flat().flatMap((button) => Button.safeParse(button).data ?? []);
  return data === undefined ? undefined : buttons.find(({ callback_data }) => callback_data === data)?.text;
}
