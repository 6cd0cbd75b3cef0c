import { z } from 'zod';
import { cleanText } from '../../../domain/text';
import { soft } from '../../../server/providers/facts';

const MAX_NAME = 200;

/** Telegram's ids are numbers of at most 52 bits, those of groups below zero; we keep them as text. */
export const BotApiId = z.number().int().transform(String);
/** Telegram's time, in unix seconds. */
export const UnixSeconds = soft(z.number());

const words = soft(z.string());
const names = { first_name: words, last_name: words, username: words };
/** `User`; a private chat's other side. */
export const Person = soft(z.object({ is_bot: soft(z.boolean()), ...names }));
export const Chat = z.object({ id: BotApiId, type: z.string(), ...names });
export type Person = z.infer<typeof Person>;
export type Chat = z.infer<typeof Chat>;

/** A message's id is unique in its chat only. */
export const messageIdOf = (chatId: string, messageId: string): string => `${chatId}:${messageId}`;

/** The two halves of a message's id; null when it is none of Telegram's. */
export function partsOf(providerMessageId: string): { chatId: string; messageId: number } | null {
  const [, chatId, messageId] = /^(-?\d{1,16}):(\d{1,15})$/.exec(providerMessageId) ?? [];
  return chatId === undefined ? null : { chatId, messageId: Number(messageId) };
}

/** Unix seconds in epoch ms. null when missing; 0 is how Telegram writes that it does not tell. */
export const timeOf = (seconds: number | undefined): number | null => (seconds ? seconds * 1_000 : null);

/** First and last name, else the user name, else null. */
export function nameOf(person: Person): string | null {
  const { first_name, last_name, username } = person ?? {};
  const name = [first_name, last_name].filter((part) => part?.trim()).join(' ') || (username ? `@${username}` : '');
  return cleanText(name, MAX_NAME).trim() || null;
}

const Place = z.object({ chat: soft(Chat), message: soft(z.object({ chat: Chat })), inline_message_id: words });

/**
 * Whether a part of an update is from among others: a group, a channel, a message that was sent through a chat of theirs. Anybody can put
 * a bot into one, and what they say there to one another is nothing to Parley.
 */
export function isAmongOthers(part: unknown): boolean {
  const { chat, message, inline_message_id } = Place.safeParse(part).data ?? {};
  const place = chat ?? message?.chat;
  return place ? place.type !== 'private' : inline_message_id !== undefined;
}

/** Why Parley does not take what this sender did; null when it does. Two bots would answer one another for ever. */
export const strangerOf = (sender: Person): string | null => (sender?.is_bot === true ? 'a bot' : null);
