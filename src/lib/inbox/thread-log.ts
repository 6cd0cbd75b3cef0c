import type { Message } from '../domain/message';
import type { ThreadFrame } from '../domain/protocol';
import type { Summary } from '../domain/summary';

/** One conversation as this client knows it: everything up to `version`, and the messages loaded so far in order of `seq`. */
export type ThreadLog = { version: number; conversation: Summary; messages: Message[]; hasMore: boolean };

/** What `conversations.get` answers. */
export type Loaded = { conversation: Summary; messages: Message[]; hasMore: boolean; seq: number };

/** Frames that carry state; the others are about people. */
export type StateFrame = Extract<ThreadFrame, { type: 'change' | 'catchUp' | 'reset' }>;

/** The log after a frame, and whether something between was missed and must be asked for again. */
export type Applied = { log: ThreadLog | null; resume: boolean };

/**
 * Takes a frame in. A `change` counts only as the very next one: at or below is a repeat, above is a gap. `catchUp` closes a gap that
 * starts at or below what is known; `reset` starts over, also at a
 * lower number: what was known is then not of this history.
 */
export function applyFrame(log: ThreadLog | null, frame: StateFrame): Applied {
  if (frame.type === 'reset') {
    const { version, conversation, hasMore } = frame;
    return { log: { version, conversation, messages: merge([], frame.messages), hasMore }, resume: false };
  }
  if (!log) return { log, resume: false };
  if (frame.version <= log.version) return { log, resume: false };
  const follows = frame.type === 'change' ? frame.version === log.version + 1 : frame.from <= log.version;
  if (!follows) return { log, resume: true };
  const { version, conversation } = frame;
  return { log: { ...log, version, conversation, messages: mergeInto(log, frame.messages) }, resume: false };
}

/** The log after the first load. Frames may have come before it; the newer of two always wins. */
export function applyLoaded(log: ThreadLog | null, loaded: Loaded): ThreadLog {
  const { conversation, messages, hasMore } = loaded;
  if (!log) return { version: conversation.version, conversation, messages: merge([], messages), hasMore };
  return { ...log, messages: mergeInto(log, messages) };
}

/** The log with a page of older messages before it. */
export function applyOlder(log: ThreadLog, page: { messages: Message[]; hasMore: boolean }): ThreadLog {
  return { ...log, messages: merge(page.messages, log.messages), hasMore: page.hasMore };
}

/**
 * Changes of messages that are not loaded yet stay out: they come with their page, and taken in alone they would tear a hole that paging
 * upwards could not see.
 */
function mergeInto(log: ThreadLog, incoming: Message[]): Message[] {
  const first = log.hasMore ? (log.messages[0]?.seq ?? 0) : 0;
  return merge(
    log.messages,
    incoming.filter((message) => message.seq >= first),
  );
}

/** Both lists as one, by `seq`, one entry per message: the one that changed last. */
export function merge(known: Message[], incoming: Message[]): Message[] {
  if (incoming.length === 0) return known;
  const last = known.at(-1);
  // The usual case, a new message at the end of a long thread, is not worth a sort.
  if (incoming.length === 1 && incoming[0] && (!last || incoming[0].seq > last.seq)) return [...known, incoming[0]];
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of incoming) {
    const old = bySeq.get(message.seq);
    if (!old || message.version >= old.version) bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Whether a message is content that a colleague or the end user wrote: what an agent must have seen before answering. */
export function isNews(message: Message, userId: string): boolean {
  if (message.kind === 'activity' || message.kind === 'campaign') return false;
  return message.direction === 'inbound' || message.author?.id !== userId;
}

/**
 * The highest `seq` that counts as seen by someone who had seen up to `seen`: own messages and activities in between are not news, so a
 * quick second message is not stopped by the first.
 */
export function seenThrough(messages: Message[], seen: number, userId: string): number {
  let through = seen;
  for (const message of messages) {
    if (message.seq <= seen) continue;
    if (isNews(message, userId)) break;
    through = message.seq;
  }
  return through;
}
