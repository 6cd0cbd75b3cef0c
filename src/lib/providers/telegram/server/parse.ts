import { z } from 'zod';
import type { InboundEvent, ParsedWebhook } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, soft, tokenOf } from '../../../server/providers/facts';
import { callbackOf, confirmationOf } from './callback';
import { BotApiId, Chat, isAmongOthers, messageIdOf, nameOf, Person, strangerOf, timeOf, UnixSeconds } from './chat';
import { contentOf } from './content';

/** A custom emoji is a picture that only Telegram has; a paid reaction is a star. */
const PAID = '⭐';
const CUSTOM = '✨';
const MAX_EMOJI = 64;

const Update = z.looseObject({ update_id: BotApiId });

const Message = z.looseObject({
  message_id: BotApiId,
  chat: Chat,
  from: Person,
  date: UnixSeconds,
  edit_date: UnixSeconds,
  reply_to_message: soft(z.object({ message_id: BotApiId, chat: soft(z.object({ id: BotApiId })) })),
  quote: soft(z.object({ text: soft(z.string()) })),
  media_group_id: soft(z.string().max(64)),
  forward_origin: soft(z.looseObject({})),
});
type Message = z.infer<typeof Message>;

const Member = z.object({ status: z.string().max(64) });
const MemberChange = z.object({
  chat: Chat,
  from: Person,
  date: UnixSeconds,
  old_chat_member: soft(Member),
  new_chat_member: Member,
});

const Reactions = z.array(z.object({ type: z.string(), emoji: soft(z.string()) }));
type Reactions = z.infer<typeof Reactions>;
const ReactionChange = z.object({
  chat: Chat,
  message_id: BotApiId,
  user: Person,
  date: UnixSeconds,
  old_reaction: soft(Reactions),
  new_reaction: Reactions,
});

/** What an update says, or in words why Parley does not take it. */
type Found = InboundEvent | string;

/** By the one part that an update carries. `eventId` names the update, for what has no id of its own. */
const readers: Record<string, (part: unknown, eventId: string) => Found> = {
  message: (part) => messageOf(part),
  edited_message: editOf,
  callback_query: callbackOf,
  my_chat_member: memberChangeOf,
  message_reaction: reactionOf,
};

/**
 * One update of the Bot API (https://core.telegram.org/bots/api#update): an event, or a rejection in words, or nothing at all of what is
 * not said to the bot alone; of a callback query also its id, to be confirmed. An update does not name its bot: that it is this channel's
 * is what its secret says.
 */
export function parse(body: unknown): ParsedWebhook {
  const update = Update.safeParse(body);
  if (!update.success) return rejected('not a Telegram update', body);
  const { update_id, ...parts } = update.data;
  const confirmation = confirmationOf(parts.callback_query);
  const confirmations = confirmation === null ? {} : { confirmations: [confirmation] };
  if (Object.values(parts).some(isAmongOthers)) return { events: [], rejected: [], ...confirmations };
  const reader = Object.entries(readers).find(([name]) => parts[name] !== undefined);
  if (!reader) return rejected(`update ${cleanText(Object.keys(parts)[0] ?? 'of nothing', 64)}`, body);
  const [name, read] = reader;
  const found = read(parts[name], `update:${update_id}`);
  return { ...(typeof found === 'string' ? rejected(found, body) : { events: [found], rejected: [] }), ...confirmations };
}

const rejected = (reason: string, part: unknown): ParsedWebhook => ({ events: [], rejected: [{ reason, part }] });

function messageOf(part: unknown): Found {
  const parsed = Message.safeParse(part);
  if (!parsed.success) return 'unreadable message';
  const message = parsed.data;
  const { chat, from } = message;
  const stranger = strangerOf(from);
  if (stranger !== null) return stranger;
  const content = contentOf(message);
  if (!content) return 'unreadable message';
  const start = content.kind === 'text' ? startOf(content.text) : null;
  const origin = originOf(message);
  return {
    type: 'message',
    eventId: messageIdOf(chat.id, message.message_id),
    address: chat.id,
    name: nameOf(from) ?? nameOf(chat),
    at: timeOf(message.date),
    ...content,
    text: start?.text ?? content.text,
    details: content.details || origin ? { ...origin, ...content.details } : null,
    replyTo: replyToOf(message),
    token: start?.token ?? null,
    ref: start?.ref ?? null,
  };
}

/** The command that a link `t.me/<bot>?start=<payload>` sends; null for every other text. */
function startOf(text: string): { text: string; token: string | null; ref: string | null } | null {
  const payload = /^\/start(?:@\w{1,64})? +(\S{1,256})\s*$/.exec(text)?.[1];
  if (payload === undefined) return null;
  return { text: '/start', token: tokenOf(payload), ref: payload };
}

function replyToOf({ chat, reply_to_message: answered }: Message): string | null {
  return answered ? messageIdOf(answered.chat?.id ?? chat.id, answered.message_id) : null;
}

/** What the message says of itself, whatever its content: where it comes from, what it belongs to. */
function originOf({ forward_origin, media_group_id, quote }: Message) {
  return facts({
    forwarded: forward_origin !== undefined || undefined,
    album: media_group_id,
    quote: quote?.text,
  });
}

function editOf(part: unknown, eventId: string): Found {
  const parsed = Message.safeParse(part);
  if (!parsed.success) return 'unreadable edit';
  const { chat, from, message_id, edit_date } = parsed.data;
  const stranger = strangerOf(from);
  if (stranger !== null) return stranger;
  const text = contentOf(parsed.data)?.text;
  if (text === undefined) return 'unreadable edit';
  return {
    type: 'edit',
    eventId,
    address: chat.id,
    at: timeOf(edit_date),
    targetId: messageIdOf(chat.id, message_id),
    text,
  };
}

/** In a private chat the bot's membership is whether it may write there. */
function memberChangeOf(part: unknown, eventId: string): Found {
  const parsed = MemberChange.safeParse(part);
  if (!parsed.success) return 'unreadable member change';
  const { chat, from, date, old_chat_member, new_chat_member } = parsed.data;
  const stranger = strangerOf(from);
  if (stranger !== null) return stranger;
  const change = changeOf(old_chat_member?.status, new_chat_member.status);
  if (!change) return `member change to ${cleanText(new_chat_member.status, 64)}`;
  return {
    type: 'message',
    eventId,
    address: chat.id,
    name: nameOf(from) ?? nameOf(chat),
    at: timeOf(date),
    kind: 'system',
    text: change.text,
    media: null,
    details: { change: change.name },
    replyTo: null,
    token: null,
    ref: null,
  };
}

function changeOf(before: string | undefined, now: string): { name: string; text: string } | null {
  if (now === 'kicked') return { name: 'blocked', text: 'Blocked the bot' };
  if (now !== 'member') return null;
  return before === 'kicked' ? { name: 'unblocked', text: 'Unblocked the bot' } : { name: 'started', text: 'Started the bot' };
}

function reactionOf(part: unknown, eventId: string): Found {
  const parsed = ReactionChange.safeParse(part);
  if (!parsed.success) return 'unreadable reaction';
  const { chat, user, message_id, date, old_reaction, new_reaction } = parsed.data;
  const stranger = strangerOf(user);
  if (stranger !== null) return stranger;
  return {
    type: 'reaction',
    eventId,
    address: chat.id,
    at: timeOf(date),
    targetId: messageIdOf(chat.id, message_id),
    emoji: emojiOf(new_reaction, old_reaction),
  };
}

/** Of several reactions the one that has come to them; null when none is left. */
function emojiOf(now: Reactions, before: Reactions = []): string | null {
  const wasThere = (one: Reactions[number]) => before.some(({ type, emoji }) => type === one.type && emoji === one.emoji);
  const reaction = now.findLast((one) => !wasThere(one)) ?? now.at(-1);
  if (!reaction) return null;
  if (reaction.type === 'paid') return PAID;
  return cleanText(reaction.emoji ?? '', MAX_EMOJI).trim() || CUSTOM;
}
