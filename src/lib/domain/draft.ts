import type { Act } from './act';
import type { Change, Conversation, Effect, Snapshot } from './conversation';
import { missed, type EnquiryStep } from './enquiry';
import { lockExpiresAt } from './lock';
import { ownIdOf, type Activity, type Message } from './message';
import { latestMilestones, type Milestone } from './milestone';
import type { InboundEvent } from './provider';
import type { LockInfo, Rejection } from './rejection';
import { fail, ok, type Result } from './result';
import type { Agent } from './role';
import { snoozeOf } from './snooze';
import { ticketStatusNames, type TicketStatus } from './ticket';
import { tabAt } from './window';

type Author = { id: string; name: string };

/** A change in the making. Local to one decision, so that nothing outside sees it half-done. */
export type Draft = {
  readonly before: Conversation;
  readonly snapshot: Snapshot;
  readonly now: number;
  state: Conversation;
  /** Whether anybody can see a difference: it raises the version and is told to the dashboards. */
  visible: boolean;
  messages: Map<number, Message>;
  remembered: string[];
  parked: { targetId: string; event: InboundEvent }[];
  unparked: string[];
  effects: Effect[];
  milestones: Milestone[];
};

export function startDraft(snapshot: Snapshot, conversation: Conversation, now: number): Draft {
  return {
    before: conversation,
    snapshot,
    now,
    state: conversation,
    visible: false,
    messages: new Map(),
    remembered: [],
    parked: [],
    unparked: [],
    effects: [],
    milestones: [],
  };
}

export function set(draft: Draft, fields: Partial<Conversation>): void {
  draft.state = { ...draft.state, ...fields };
}

/** Changes fields that dashboards or threads show. */
export function show(draft: Draft, fields: Partial<Conversation>): void {
  set(draft, fields);
  draft.visible = true;
}

type NewMessage = Pick<Message, 'direction' | 'kind' | 'text' | 'at'> & Partial<Message>;

/** Adds a message as the next in order. */
export function append(draft: Draft, fields: NewMessage): Message {
  const seq = draft.state.seq + 1;
  const message: Message = {
    author: null,
    delivery: null,
    providerMessageId: null,
    quotedId: null,
    media: null,
    details: null,
    activity: null,
    campaign: null,
    reaction: null,
    reactionAt: null,
    editedAt: null,
    revokedAt: null,
    version: 0,
    ...fields,
    id: fields.id ?? ownIdOf(draft.state.id, seq),
    seq,
  };
  show(draft, { seq });
  draft.messages.set(seq, message);
  return message;
}

export function appendActivity(draft: Draft, author: Author | null, activity: Activity): void {
  append(draft, { direction: 'outbound', kind: 'activity', author, activity, at: draft.now, text: wordsOf(author, activity) });
}

function wordsOf(author: Author | null, activity: Activity): string {
  switch (activity.type) {
    case 'ticket':
      return author
        ? `${author.name} set the ticket to ${ticketStatusNames[activity.to]}`
        : `Reply received · ticket is ${ticketStatusNames[activity.to]}`;
    case 'snoozed':
      return `${author?.name ?? 'Somebody'} snoozed the conversation`;
    case 'woken':
      return `Snooze ended · ticket is ${ticketStatusNames.new}`;
    case 'claimed':
      return `${author?.name ?? 'Somebody'} opened the conversation`;
    case 'takenOver':
      return `${author?.name ?? 'Somebody'} took over from ${activity.from.name}`;
    case 'released':
      return `${author?.name ?? 'Somebody'} ${releaseWords[activity.why]}`;
  }
}

const releaseWords = {
  released: 'left the conversation',
  closed: 'closed the conversation',
  gone: 'went offline and the conversation is free',
  idle: 'was idle and the conversation is free',
};

/** Replaces a message that is already there. */
export function revise(draft: Draft, message: Message, fields: Partial<Message>): Message {
  const revised = { ...message, ...fields };
  draft.messages.set(message.seq, revised);
  draft.visible = true;
  return revised;
}

/** A message by id, as this draft has it. */
export function findById(draft: Draft, id: string): Message | undefined {
  const found = draft.snapshot.messages.byId(id);
  return found && (draft.messages.get(found.seq) ?? found);
}

export function findByProviderId(draft: Draft, id: string): Message | undefined {
  const found = draft.snapshot.messages.byProviderId(id);
  return found && (draft.messages.get(found.seq) ?? found);
}

/**
 * Sets the ticket, which ends a snooze, and records who did it; nothing when it is so already. `by` is null when the end user's reply did
 * it.
 */
export function setTicket(draft: Draft, by: Author | null, to: TicketStatus): void {
  const from = draft.state.ticketStatus;
  const wasSnoozed = snoozeOf(draft.state) !== null;
  if (draft.state.snooze) show(draft, { snooze: null });
  if (from === to && !wasSnoozed) return;
  if (from !== to) show(draft, { ticketStatus: to, ticketChangedAt: draft.now });
  appendActivity(draft, by, { type: 'ticket', from, to });
}

/** Has an act written down. It is one act however often its record is tried: the key is the change's own. */
export function noteAct(draft: Draft, by: Author | null, act: Act): void {
  const messageId = `act-${draft.before.version + 1}-${draft.effects.length}`;
  const actor = by && { id: by.id, name: by.name };
  draft.effects.push({ type: 'audit', messageId, act: { ...act, at: draft.now, actor } });
}

/** What becomes of the enquiry, and what is counted for it; nothing when nothing does. */
export function stepEnquiry(draft: Draft, step: EnquiryStep | null): void {
  if (!step) return;
  show(draft, { enquiry: step.enquiry });
  if (step.milestone) draft.milestones.push(step.milestone);
}

export function unlock(draft: Draft, why: 'released' | 'closed' | 'gone' | 'idle'): void {
  const { lock } = draft.state;
  if (!lock) return;
  show(draft, { lock: null });
  appendActivity(draft, { id: lock.agentId, name: lock.agentName }, { type: 'released', epoch: lock.epoch, why });
}

/** Pending until then, epoch ms; nothing when it is so already. */
export function setAside(draft: Draft, agent: Agent, until: number): void {
  const { state, now } = draft;
  const current = snoozeOf(state);
  if (current?.until === until && current.by.id === agent.id) return;
  const from = state.ticketStatus;
  const ticketChangedAt = from === 'pending' ? state.ticketChangedAt : now;
  show(draft, { ticketStatus: 'pending', ticketChangedAt, snooze: { until, by: { id: agent.id, name: agent.name } } });
  appendActivity(draft, agent, { type: 'snoozed', until });
  noteAct(draft, agent, { action: 'ticket.snoozed', details: { from, until } });
}

/** Lets the clock act, whoever asks and whether or not an alarm has fired. */
export function letTimePass(draft: Draft): void {
  expireLock(draft);
  endSnooze(draft);
  missEnquiry(draft);
}

/** What was set aside comes back. The customer has written nothing, so no enquiry begins. */
function endSnooze(draft: Draft): void {
  const snooze = snoozeOf(draft.state);
  if (!snooze || draft.now < snooze.until) return;
  show(draft, { ticketStatus: 'new', ticketChangedAt: draft.now, snooze: { ...snooze, isOver: true } });
  appendActivity(draft, null, { type: 'woken', by: snooze.by });
}

const missEnquiry = (draft: Draft): void => stepEnquiry(draft, missed(draft.state, draft.snapshot.policy, draft.now));

/** An expired lease is no lease. */
export function expireLock(draft: Draft): void {
  const { lock } = draft.state;
  if (!lock) return;
  const expiry = lockExpiresAt(lock, draft.snapshot.policy);
  if (draft.now >= expiry.at) unlock(draft, expiry.why);
}

export const lockInfo = (conversation: Conversation): LockInfo | null =>
  conversation.lock && {
    agentId: conversation.lock.agentId,
    agentName: conversation.lock.agentName,
    since: conversation.lock.since,
  };

/** Closes a draft: one version for all that became visible, the tab as the clock has it. */
export function finish(draft: Draft): Result<Change, Rejection> {
  const { state, before, now, snapshot } = draft;
  missEnquiry(draft);
  const tab = tabAt(state.lastInboundAt, snapshot.policy, now);
  if (tab !== state.tab) show(draft, { tab });
  const version = draft.visible ? before.version + 1 : before.version;
  if (draft.visible) set(draft, { version });
  if (draft.milestones.length > 0) {
    const reached = draft.milestones.map((milestone) => ({ ...milestone, version }));
    set(draft, { milestones: latestMilestones(state.milestones ?? [], reached) });
  }
  const messages = [...draft.messages.values()].sort((a, b) => a.seq - b.seq).map((message) => ({ ...message, version }));
  return ok({
    conversation: draft.state,
    messages,
    remembered: draft.remembered,
    parked: draft.parked,
    unparked: draft.unparked,
    effects: draft.effects,
  });
}

/** Nothing to commit. */
export const unchanged = (conversation: Conversation | null): Result<Change, Rejection> =>
  ok({ conversation, messages: [], remembered: [], parked: [], unparked: [], effects: [] });

export const refuse = (rejection: Rejection): Result<Change, Rejection> => fail(rejection);
