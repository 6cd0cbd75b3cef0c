import type { Milestone } from './milestone';
import type { TicketStatus } from './ticket';
import { tabAt, type Policy } from './window';

/**
 * What a customer wants of us, as reports count it: from the first message of theirs until its ticket is closed, or until they write again
 * after the active window has ended. `openedAt`: when that message was written, epoch ms.
 */
export type Enquiry = { openedAt: number; isAnswered: boolean; isMissed: boolean };

/** What becomes of an enquiry, and what is counted for that. */
export type EnquiryStep = { enquiry: Enquiry | null; milestone: Milestone };

/** What of a conversation matters here. */
type Facts = { enquiry?: Enquiry | null; ticketStatus: TicketStatus; lastInboundAt: number; unanswered: boolean };

/**
 * The customer writes: `before` is the conversation as it was, null = this is its first message; `at` the provider's time. null while
 * they go on with what is open already.
 */
export function opened(before: Facts | null, at: number, policy: Policy, now: number): EnquiryStep | null {
  const isActive = before !== null && tabAt(before.lastInboundAt, policy, now) === 'active';
  if (isActive && before.enquiry) return null;
  const kind = isActive && before.ticketStatus === 'closed' ? 'reopened' : 'opened';
  const enquiry = { openedAt: Math.min(at, now), isAnswered: false, isMissed: false };
  return { enquiry, milestone: { kind, at: now, ms: null, agentId: null } };
}

/** The brand answers; only the first time counts. `agentId`: null when it was by another way than ours. */
export function answered({ enquiry }: Facts, agentId: string | null, now: number): EnquiryStep | null {
  if (!enquiry || enquiry.isAnswered) return null;
  const milestone = { kind: 'answered', at: now, ms: Math.max(0, now - enquiry.openedAt), agentId } as const;
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
