import type { PhoneAct, PhoneMedia, PhoneMessage } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { BLOCKED, NO_REPLY_TARGET, telegramRefusals } from './telegram-refusals';
import type { ActContext, TakenContext, Wire } from './wire';

const { accountId, secrets } = demoChannels.telegram;
/** The bot as it names itself. */
export const BOT = { id: Number(accountId), is_bot: true, first_name: 'Parley bot', username: 'parley_demo_bot' };
/** What an end user did that is a message of its own; all else has only the number of its update. */
const messages = new Set<PhoneAct['type']>(['text', 'media', 'location', 'contacts', 'unsupported']);

/** Telegram Bot API: one update a call, guarded by a fixed header. Times in seconds. There are no receipts. */
export const telegram: Wire = {
  newId: (address, number) => `${address}:${number}`,
  eventId: (act, updateId) => (messages.has(act.type) ? null : `update:${updateId}`),
  hasAlbumsInOne: false,
  act: (act, context) => {
    const part = updateOf(act, context);
    return part && { update_id: context.updateId, ...part };
  },
  receipt: () => null,
  sign: async () => ({ 'x-telegram-bot-api-secret-token': secrets.webhookSecret }),
  accepted: (context) => ({ status: 200, body: { ok: true, result: messageOf(context) } }),
  refusals: telegramRefusals,
  undeliverable: null,
  closed: { window: null, blocked: BLOCKED, missingReply: NO_REPLY_TARGET },
};

const seconds = (at: number): number => Math.floor(at / 1_000);
/** The number behind the chat's in a message's id. */
const numberOf = (id: string): number => Number(id.split(':')[1]);

function chatOf({ address, name }: { address: string; name: string | null }) {
  return { id: Number(address), type: 'private', ...namesOf(name) };
}

function namesOf(name: string | null) {
  const [first_name = 'Deleted', ...rest] = (name ?? 'Someone').split(' ');
  return { first_name, ...(rest.length > 0 && { last_name: rest.join(' ') }) };
}

const userOf = ({ address, name }: ActContext) => ({ id: Number(address), is_bot: false, ...namesOf(name), language_code: 'en' });

function updateOf(act: PhoneAct, context: ActContext): object | null {
  const { at, target, token } = context;
  const chat = chatOf(context);
  const from = userOf(context);
  switch (act.type) {
    case 'button': {
      const data = token ?? act.text;
      const keyboard = target?.buttons.map((text) => [{ text, callback_data: text === act.text ? data : text }]) ?? [];
      const message = { ...referred(act.targetId, context), reply_markup: { inline_keyboard: keyboard } };
      return { callback_query: { id: String(context.updateId), from, message, chat_instance: `${chat.id}1`, data } };
    }
    case 'edit': {
      const text = target?.media ? { caption: act.text, ...partOf(target.kind, target.media) } : { text: act.text };
      const message_id = numberOf(act.targetId);
      return { edited_message: { message_id, from, chat, date: seconds(target?.at ?? at), edit_date: seconds(at), ...text } };
    }
    case 'reaction': {
      const reaction = (emoji: string | null | undefined) => (emoji ? [{ type: 'emoji', emoji }] : []);
      const [old_reaction, new_reaction] = [reaction(target?.reaction), reaction(act.emoji)];
      const message_id = numberOf(act.targetId);
      return { message_reaction: { chat, message_id, user: from, date: seconds(at), old_reaction, new_reaction } };
    }
    case 'block': {
      const member = (status: string) => ({ user: BOT, status, ...(status === 'kicked' && { until_date: 0 }) });
      const [before, after] = act.isBlocked ? ['member', 'kicked'] : ['kicked', 'member'];
      const change = { old_chat_member: member(before ?? ''), new_chat_member: member(after ?? '') };
      return { my_chat_member: { chat, from, date: seconds(at), ...change } };
    }
    default: {
      const content = contentOf(act, context);
      return content && { message: { message_id: numberOf(context.id), from, chat, date: seconds(at), ...content } };
    }
  }
}

function contentOf(act: PhoneAct, context: ActContext): object | null {
  switch (act.type) {
    case 'text': {
      const command = /^\/\w+/.exec(act.text)?.[0];
      const entities = command ? { entities: [{ type: 'bot_command', offset: 0, length: command.length }] } : {};
      return { text: act.text, ...entities, ...(act.replyTo !== null && { reply_to_message: referred(act.replyTo, context) }) };
    }
    case 'media': {
      const [file] = context.files;
      if (!file) return null;
      const { album } = context;
      return {
        ...partOf(act.kind, file),
        ...(act.caption !== '' && { caption: act.caption }),
        ...(album !== null && { media_group_id: album }),
      };
    }
    case 'location': {
      const location = { latitude: act.latitude, longitude: act.longitude };
      return act.name === '' ? { location } : { location, venue: { location, title: act.name, address: '' } };
    }
    case 'contacts':
      return { contact: { phone_number: act.phone, first_name: act.name } };
    case 'unsupported':
      return { dice: { emoji: '🎲', value: 4 } };
    default:
      return null;
  }
}

/** Another message of the chat, as updates carry it along. */
function referred(id: string, context: ActContext) {
  const { target } = context;
  const from = target && target.from !== 'user' ? BOT : userOf(context);
  return {
    message_id: numberOf(id),
    from,
    chat: chatOf(context),
    date: seconds(target?.at ?? context.at),
    text: target?.text ?? '',
  };
}

/** A sent `Message`, as the methods answer. */
function messageOf({ id, at, text, media, kind, ...who }: TakenContext) {
  const content = media ? { ...partOf(kind, media), ...(text !== '' && { caption: text }) } : { text };
  return { message_id: numberOf(id), from: BOT, chat: chatOf(who), date: seconds(at), ...content };
}

/** The part of a message that a file is in. `file_unique_id` cannot be used to read it. */
function partOf(kind: PhoneMessage['kind'], { id, mime, fileName, size }: PhoneMedia): object {
  const file = { file_id: id, file_unique_id: `u${id.slice(-10)}`, file_size: size };
  const named = { ...file, mime_type: mime, ...(fileName !== null && { file_name: fileName }) };
  switch (kind) {
    case 'image': {
      const small = {
        file_id: `${id}-s`,
        file_unique_id: `s${id.slice(-10)}`,
        width: 90,
        height: 68,
        file_size: Math.min(size, 1_400),
      };
      return { photo: [small, { ...file, width: 480, height: 360 }] };
    }
    case 'sticker':
      return { sticker: { ...file, type: 'regular', width: 512, height: 512, is_animated: false, is_video: false, emoji: '🙂' } };
    case 'video':
      return { video: { ...named, width: 160, height: 120, duration: 2 } };
    case 'voice':
      return { voice: { ...file, mime_type: mime, duration: 2 } };
    case 'audio':
      return { audio: { ...named, duration: 2 } };
    default:
      return { document: named };
  }
}
