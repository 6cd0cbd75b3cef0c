import type { Milestone } from './milestone';
import type { TicketStatus } from './ticket';
import { tabAt, type Policy } from './window';

/**
 * What a customer wants of us, as reports count it: from the first message of theirs until its ticket is closed, or until they write again
 * after the active window has ended. `openedAt`: when that message was written, epoch ms.
 */
export type Enquiry = { openedAt: number; isAnswered: boolean; isMissed: boolean };

/** What becomes of an enquiry, and what is counted for that, if anything. */
export type EnquiryStep = { enquiry: Enquiry | null; milestone: Milestone | null };

/** What of a conversation matters here. `enquiry`: null = it was closed; without `milestones` it is from before anything was noted. */
type Facts = {
  enquiry?: Enquiry | null;
  milestones?: readonly Milestone[];
  ticketStatus: TicketStatus;
  lastInboundAt: number;
  unanswered: boolean;
};

/**
 * The customer writes: `before` is the conversation as it was, null = this is its first message; `at` the provider's time, by which it is
 * told whether they go on with what is open, as a message may come days late. null when they do.
 */
export function opened(before: Facts | null, at: number, policy: Policy, now: number): EnquiryStep | null {
  const openedAt = Math.min(at, now);
  const goesOn = before !== null && openedAt < before.lastInboundAt + policy.activeWindowMs;
  if (goesOn && before.enquiry) return null;
  const enquiry = { openedAt, isAnswered: false, isMissed: false };
  // A talk from before this was noted goes on: neither its beginning nor its first answer is known.
  if (goesOn && !before.milestones && before.ticketStatus !== 'closed')
    return { enquiry: { ...enquiry, isAnswered: true }, milestone: null };
  const kind = goesOn && (before.enquiry === null || before.ticketStatus === 'closed') ? 'reopened' : 'opened';
  return { enquiry, milestone: { kind, at: now, ms: null, agentId: null } };
}

/** The brand answers; only the first time counts. `agentId`: null when it was by another way than ours. `at`: epoch ms. */
export function answered({ enquiry }: Facts, agentId: string | null, at: number): EnquiryStep | null {
  if (!enquiry || enquiry.isAnswered) return null;
  const milestone = { kind: 'answered', at, ms: Math.max(0, at - enquiry.openedAt), agentId } as const;
  return { enquiry: { ...enquiry, isAnswered: true }, milestone };
}

/** An agent sets the ticket to Closed. What they make of it after that is no enquiry until the customer writes. */
export function closed({ enquiry }: Facts, agentId: string, now: number): EnquiryStep | null {
  if (!enquiry) return null;
  return { enquiry: null, milestone: { kind: 'closed', at: now, ms: Math.max(0, now - enquiry.openedAt), agentId } };
}

/** Time passes: the active window has ended, and the customer wrote last. Counted for the moment at which it ended. */
export function missed({ enquiry, lastInboundAt, unanswered }: Facts, policy: Policy, now: number): EnquiryStep | null {
  if (!enquiry || enquiry.isMissed || !unanswered || tabAt(lastInboundAt, policy, now) === 'active') return null;
  const at = lastInboundAt + policy.activeWindowMs;
  return { enquiry: { ...enquiry, isMissed: true }, milestone: { kind: 'missed', at, ms: null, agentId: null } };
}
