import { z } from 'zod';
import type { Message } from '../domain/message';
import type { Rejection } from '../domain/rejection';
import type { TicketChange, TicketStatus } from '../domain/ticket';
import type { ClaimAnswer } from './hold.svelte';
import type { SendInput, SendOutcome } from './send-queue';
import type { Loaded } from './thread-log';
import { dateAndTime } from './thread-time';

type Query<In, Out> = { query(input: In): Promise<Out> };
type Mutation<In, Out> = { mutate(input: In): Promise<Out> };

/** The procedures that a thread calls: the `conversations` part of the client. */
export type ThreadApi = {
  get: Query<{ id: string }, Loaded>;
  messages: Query<{ id: string; beforeSeq: number; limit?: number }, { messages: Message[]; hasMore: boolean }>;
  claim: Mutation<{ id: string }, ClaimAnswer>;
  release: Mutation<{ id: string; epoch: number }, object>;
  takeOver: Mutation<{ id: string }, ClaimAnswer>;
  ask: Mutation<{ id: string }, object>;
  send: Mutation<{ id: string } & SendInput, { seq: number; status: string }>;
  note: Mutation<{ id: string; messageId: string; text: string }, { seq: number }>;
  fetchMedia: Mutation<{ id: string; messageId: string }, object>;
  retry: Mutation<{ id: string; messageId: string; epoch: number }, { status: string }>;
  close: Mutation<{ id: string; epoch: number; ticketStatus: TicketStatus; undoable: true }, { undo?: TicketChange }>;
  snooze: Mutation<{ id: string; until: number; epoch?: number; undoable: true }, { undo?: TicketChange }>;
  setTicketStatus: Mutation<{ id: string; ticketStatus: TicketStatus }, object>;
};

const LockFacts = z.object({ agentId: z.string(), agentName: z.string(), since: z.number() });
/** Messages come from our own server, typed as its procedures' outputs are; here only told from anything else. */
const MessageFacts = z.custom<Message>(
  (value) => z.object({ seq: z.number(), id: z.string(), text: z.string() }).safeParse(value).success,
);

const RejectionFacts = z.discriminatedUnion('reason', [
  z.object({ reason: z.literal('not_found') }),
  z.object({ reason: z.literal('forbidden') }),
  z.object({ reason: z.literal('locked'), lock: LockFacts }),
  z.object({ reason: z.literal('stale_epoch'), lock: LockFacts.nullable() }),
  z.object({ reason: z.literal('unseen_messages'), unseen: z.array(MessageFacts) }),
  z.object({ reason: z.literal('window_closed'), sendWindowUntil: z.number() }),
  z.object({ reason: z.literal('not_retryable') }),
  z.object({ reason: z.literal('snooze_past') }),
  z.object({ reason: z.literal('snooze_too_late'), latest: z.number() }),
  z.object({ reason: z.literal('bad_template'), fields: z.array(z.string()) }),
  z.object({ reason: z.literal('no_upload') }),
  z.object({ reason: z.literal('rate_limited'), retryAfterMs: z.number() }),
  z.object({ reason: z.literal('unavailable'), retryAfterMs: z.number() }),
]);

const Refused = z.object({ data: RejectionFacts });
const Answered = z.object({ data: z.object({ httpStatus: z.number() }) });

/** The refusal that an error carries, or null: the network, or something unexpected. */
export function rejectionOf(error: unknown): Rejection | null {
  return Refused.safeParse(error).data?.data ?? null;
}

/** Whether the server itself answered that this request is wrong; repeating it cannot help. */
export function isInvalid(error: unknown): boolean {
  const status = Answered.safeParse(error).data?.data.httpStatus;
  return status === 400 || status === 413 || status === 422;
}

/** What one try to send came to. What is neither a refusal nor a mistake of ours may have arrived, so it is tried again. */
export async function sendOutcome(sending: Promise<unknown>): Promise<SendOutcome> {
  try {
    await sending;
    return { type: 'accepted' };
  } catch (error) {
    const rejection = rejectionOf(error);
    if (rejection) return { type: 'refused', rejection };
    return { type: isInvalid(error) ? 'invalid' : 'unreachable' };
  }
}

/** Why something was not even tried, in words for the agent. */
export class NotTried extends Error {}

/** An expected refusal or a lost connection in words for the agent. */
export function failureWords(error: unknown): string {
  if (error instanceof NotTried) return error.message;
  const rejection = rejectionOf(error);
  switch (rejection?.reason) {
    case 'locked':
      return `${rejection.lock.agentName} has this conversation now.`;
    case 'stale_epoch':
      return 'You do not hold this conversation any more.';
    case 'window_closed':
      return 'The time to answer with free text is over.';
    case 'snooze_past':
      return 'That moment has passed. Choose a later one.';
    case 'snooze_too_late':
      return `It leaves the lists before that. Choose a time until ${dateAndTime(rejection.latest)}.`;
    case 'not_retryable':
      return 'This message cannot be sent again.';
    case 'forbidden':
      return 'Your role does not allow this.';
    case 'not_found':
      return 'This conversation does not exist.';
    case 'rate_limited':
      return 'Too many requests. Try again in a moment.';
    default:
      return 'It did not work. Check the connection and try again.';
  }
}
