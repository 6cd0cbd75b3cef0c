import { z } from 'zod';
import { sha256Of } from './bytes';

/** Lower-case hex SHA-256 of (channel id, contact address), shortened to 40 digits; also the object's name. */
export const ConversationId = z
  .string()
  .regex(/^[0-9a-f]{40}$/)
  .brand('ConversationId');
export type ConversationId = z.infer<typeof ConversationId>;

export const ChannelId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .brand('ChannelId');
export type ChannelId = z.infer<typeof ChannelId>;

/** The id that an agent's client makes for a message of its own. All other messages have ids made by us, which are no UUIDs. */
export const MessageId = z.uuid();

/**
 * Names the one conversation of a contact on a channel. Both parts are length-prefixed before hashing, so that no crafted
 * address can make two contacts share an object.
 */
export async function conversationIdOf(channelId: string, address: string): Promise<ConversationId> {
  const text = `${channelId.length}:${channelId}${address.length}:${address}`;
  return ConversationId.parse((await sha256Of(text)).slice(0, 40));
}
