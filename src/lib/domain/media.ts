import type { Change, Command, Snapshot } from './conversation';
import { findById, finish, refuse, revise, startDraft, unchanged, type Draft } from './draft';
import type { Media, Message } from './message';
import type { Rejection } from './rejection';
import type { Result } from './result';
import { may } from './role';

type MediaCommand = Extract<Command, { type: 'fetchMedia' | 'mediaResult' }>;

/** Tries of one attachment before it is given up until somebody asks: 2 s doubling to 10 min is about an hour in all. */
export const MAX_FETCHES = 12;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** An inbound attachment on its way from the provider into our store. */
export function decideMedia(snapshot: Snapshot, command: MediaCommand, now: number): Result<Change, Rejection> {
  const { conversation } = snapshot;
  if (!conversation) return refuse({ reason: 'not_found' });
  const draft = startDraft(snapshot, conversation, now);
  const message = findById(draft, command.messageId);
  const media = message?.media;
  switch (command.type) {
    case 'fetchMedia':
      if (!may(command.agent.role, 'conversations')) return refuse({ reason: 'forbidden' });
      if (!message || !media || isOwnFile(message)) return refuse({ reason: 'not_found' });
      // It is here, or there is nothing that could be asked for.
      if (media.state === undefined || media.state === 'stored') return unchanged(conversation);
      awaitMedia(draft, message, media, now);
      return finish(draft);
    case 'mediaResult':
      if (!message || media?.state !== 'waiting') return unchanged(conversation);
      return settle(draft, message, media, command);
  }
}

/** What an agent has uploaded is with us from the start. */
const isOwnFile = ({ direction, origin }: Message): boolean => direction === 'outbound' && origin === undefined;

/** Whether there is anything to read, and by what. */
export const isReadable = ({ providerMediaId, url }: Media): boolean => providerMediaId !== undefined || url !== undefined;

/** Marks the attachment as on its way and asks for it, not before `at`. */
export function awaitMedia(draft: Draft, message: Message, media: Media, at: number): void {
  const { reason: _, ...rest } = media;
  revise(draft, message, { media: { ...rest, state: 'waiting' } });
  draft.effects.push({ type: 'fetch', messageId: message.id, at });
}

function settle(
  draft: Draft,
  message: Message,
  media: Media,
  { result, attempt, jitter }: Extract<MediaCommand, { type: 'mediaResult' }>,
): Result<Change, Rejection> {
  const messageId = message.id;
  if (result.status === 'stored') {
    const { key, mime, size } = result;
    const { reason: _, ...rest } = media;
    revise(draft, message, { media: { ...rest, state: 'stored', key, mime, size } });
    draft.effects.push({ type: 'fetched', messageId });
    return finish(draft);
  }
  const { reason } = result;
  if (result.status === 'gone' || attempt >= MAX_FETCHES) {
    revise(draft, message, { media: { ...media, state: 'failed', reason } });
    draft.effects.push({ type: 'fetched', messageId });
    return finish(draft);
  }
  const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS) * (1 + jitter / 2);
  if (media.reason !== reason) revise(draft, message, { media: { ...media, reason } });
  draft.effects.push({ type: 'fetch', messageId, at: draft.now + Math.round(waitMs) });
  return finish(draft);
}
