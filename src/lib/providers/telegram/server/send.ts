import { z } from 'zod';
import { rulesOf, type AttachmentKind } from '../../../domain/provider-rules';
import type { Channel, OutboundMedia, OutboundMessage, SendDeps, SendResult } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { failed } from '../../../server/providers/call';
import { soft } from '../../../server/providers/facts';
import { callBot, type Reply } from './bot-api';
import { BotApiId, messageIdOf, partsOf } from './chat';
import { resultOf } from './errors';

const MB = 1_048_576;
const MAX_FILE_NAME = 255;

const Sent = z.object({ message_id: BotApiId, chat: soft(z.object({ id: BotApiId })) });

/** The method for a kind, and the field that its file is in. */
type Upload = { method: string; field: string };
const uploads: Record<AttachmentKind, Upload> = {
  image: { method: 'sendPhoto', field: 'photo' },
  video: { method: 'sendVideo', field: 'video' },
  audio: { method: 'sendAudio', field: 'audio' },
  document: { method: 'sendDocument', field: 'document' },
  sticker: { method: 'sendSticker', field: 'sticker' },
};
const voice: Upload = { method: 'sendVoice', field: 'voice' };

/**
 * `sendMessage`, or the method of the file's kind with the file in a form. Telegram knows no id of ours and reports nothing later:
 * what it answers is all that will be known of a message.
 */
export async function send(message: OutboundMessage, channel: Channel, deps: SendDeps): Promise<SendResult> {
  // A name with @ would be a public channel; only people who have written to the bot are answered.
  const chatId = /^\d{1,16}$/.test(message.address) ? Number(message.address) : null;
  if (chatId === null) return failed('bad_address', 'This is not the address of a Telegram chat.', false);
  const refusal = message.media ? refuseFile(message.media, message.text) : refuseText(message.text);
  if (refusal) return refusal;
  if (!message.media) {
    const parameters = {
      chat_id: chatId,
      text: message.text,
      reply_parameters: replyParametersOf(message),
      reply_markup: keyboardOf(message),
    };
    return interpret(await callBot('sendMessage', parameters, channel, deps), message);
  }
  const file = await bytesOf(message.media);
  if (!file) return failed('file_gone', 'The attached file is no longer stored. Attach it again.', false);
  const { method, field } = uploadOf(message.media);
  const form = formOf(message, field, file, message.media.fileName);
  return interpret(await callBot(method, form, channel, deps), message);
}

function refuseText(text: string): SendResult | null {
  const { maxText } = rulesOf('telegram');
  if (text.trim() === '') return failed('empty', 'Telegram does not take an empty message.', false);
  if (text.length <= maxText) return null;
  return failed('too_long', `Telegram takes at most ${maxText} characters; this message has ${text.length}.`, false);
}

function refuseFile({ kind, size }: OutboundMedia, caption: string): SendResult | null {
  const { maxCaption, attachments } = rulesOf('telegram');
  if (kind === 'sticker' && caption !== '') return failed('no_caption', 'Telegram takes no text with a sticker.', false);
  if (caption.length > maxCaption) {
    return failed('too_long', `Telegram takes at most ${maxCaption} characters with a file; these are ${caption.length}.`, false);
  }
  if (size === 0) return failed('empty', 'This file is empty.', false);
  const maxBytes = attachments.find((rule) => rule.kind === kind)?.maxBytes ?? Infinity;
  return size <= maxBytes ? null : failed('too_large', `Telegram takes at most ${maxBytes / MB} MB of this type.`, false);
}

/** Ogg is what Telegram speaks into: it plays as a voice message, and nothing else plays it. */
const uploadOf = ({ kind, mime }: OutboundMedia): Upload =>
  kind === 'audio' && mime.startsWith('audio/ogg') ? voice : uploads[kind];

async function bytesOf(media: OutboundMedia): Promise<Blob | null> {
  try {
    const bytes = await media.read();
    return bytes.slice(0, bytes.size, media.mime);
  } catch {
    return null;
  }
}

/** In a form, a field that is an object is its JSON. */
function formOf(message: OutboundMessage, field: string, file: Blob, fileName: string): FormData {
  const form = new FormData();
  form.set('chat_id', message.address);
  if (message.text !== '') form.set('caption', message.text);
  const answered = replyParametersOf(message);
  if (answered) form.set('reply_parameters', JSON.stringify(answered));
  form.set(field, file, cleanText(fileName, MAX_FILE_NAME) || 'file');
  return form;
}

/** A campaign's buttons, one below the other. What is pressed comes back as `callback_data`, of which 64 bytes are taken. */
function keyboardOf({ campaign }: OutboundMessage) {
  if (!campaign || campaign.buttons.length === 0) return undefined;
  return { inline_keyboard: campaign.buttons.map(({ title, token }) => [{ text: title, callback_data: token }]) };
}

/** What it answers, when that is in this chat; it goes out also when the end user has deleted that meanwhile. */
function replyParametersOf({ replyTo, address }: OutboundMessage) {
  const answered = replyTo === null ? null : partsOf(replyTo);
  if (answered?.chatId !== address) return undefined;
  return { message_id: answered.messageId, allow_sending_without_reply: true };
}

function interpret(reply: Reply, { address }: OutboundMessage): SendResult {
  if (reply.status === 'lost') return reply.result;
  if (reply.status === 'refused') return resultOf(reply.refusal);
  const sent = Sent.safeParse(reply.result).data;
  return { status: 'sent', providerMessageId: sent ? messageIdOf(sent.chat?.id ?? address, sent.message_id) : null };
}
