import type { Message } from '../../../src/lib/domain/message';
import type { Summary } from '../../../src/lib/domain/summary';
import type { Session } from './agent';
import type { Customer } from './customer';

/** The row of a conversation and all its messages, ascending. */
export async function threadOf(
  { api }: Session,
  { conversationId: id }: Customer,
): Promise<{ conversation: Summary; messages: Message[] }> {
  const latest = await api.conversations.get.query({ id });
  let { messages, hasMore } = latest;
  while (hasMore) {
    const page = await api.conversations.messages.query({ id, beforeSeq: messages[0]?.seq ?? 1, limit: 100 });
    messages = [...page.messages, ...messages];
    hasMore = page.hasMore;
  }
  return { conversation: latest.conversation, messages };
}
