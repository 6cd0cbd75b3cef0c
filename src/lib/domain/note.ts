import type { Change, Command, Snapshot } from './conversation';
import { append, findById, finish, letTimePass, refuse, startDraft, unchanged } from './draft';
import { touch } from './hold';
import type { Rejection } from './rejection';
import type { Result } from './result';
import { may } from './role';
import { cleanText } from './text';

/**
 * An agent's words to colleagues: they stand in the thread and never leave. Nobody need hold the conversation for that, and it answers
 * nobody: row, ticket and windows stay as they are.
 */
export function decideNote(
  snapshot: Snapshot,
  { agent, messageId, text }: Extract<Command, { type: 'note' }>,
  now: number,
): Result<Change, Rejection> {
  const { conversation } = snapshot;
  if (!conversation) return refuse({ reason: 'not_found' });
  if (!may(agent.role, 'conversations')) return refuse({ reason: 'forbidden' });
  const draft = startDraft(snapshot, conversation, now);
  if (findById(draft, messageId)) return unchanged(conversation);
  letTimePass(draft);
  touch(draft, agent.id);
  const author = { id: agent.id, name: agent.name };
  append(draft, { id: messageId, direction: 'outbound', kind: 'note', text: cleanText(text), author, at: now });
  return finish(draft);
}
