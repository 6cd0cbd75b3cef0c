import type { Change, Command, Conversation, Snapshot } from './conversation';
import { closed } from './enquiry';
import {
  appendActivity,
  expireLock,
  letTimePass,
  finish,
  lockInfo,
  noteAct,
  refuse,
  set,
  setAside,
  setTicket,
  show,
  startDraft,
  stepEnquiry,
  unchanged,
  unlock,
  type Draft,
} from './draft';
import { lockExpiresAt } from './lock';
import type { Activity, Message } from './message';
import type { Rejection } from './rejection';
import type { Result } from './result';
import { may, type Agent } from './role';
import { latestSnooze, snoozeOf } from './snooze';
import type { Among, TicketStatus } from './ticket';

type HoldCommand = Exclude<
  Command,
  {
    type:
      | 'receive'
      | 'attribute'
      | 'named'
      | 'send'
      | 'retry'
      | 'sendStarted'
      | 'sendResult'
      | 'note'
      | 'snooze'
      | 'fetchMedia'
      | 'mediaResult';
  }
>;

/** What sets the ticket. */
const ofTicket = new Set<string>(['ticket', 'snoozed', 'woken'] satisfies Activity['type'][]);
/** So many messages after the end of a hold are looked at. */
const MOST_SINCE = 200;

/** Who holds the conversation, what its ticket is, and what the clock does to both. */
export function decideHold(snapshot: Snapshot, command: HoldCommand, now: number): Result<Change, Rejection> {
  const { conversation } = snapshot;
  if (!conversation) return command.type === 'tick' ? unchanged(null) : refuse({ reason: 'not_found' });
  if ('agent' in command && !may(command.agent.role, 'conversations')) return refuse({ reason: 'forbidden' });
  const draft = startDraft(snapshot, conversation, now);
  if (command.type === 'presence') return noticePresence(draft, command);
  letTimePass(draft);
  switch (command.type) {
    case 'tick':
      return finish(draft);
    case 'claim':
      return claim(draft, command.agent);
    case 'takeOver':
      return takeOver(draft, command.agent);
    case 'release':
      return release(draft, command);
    case 'touch':
      touch(draft, command.agentId);
      return finish(draft);
    case 'signedOut':
      if (conversation.lock?.agentId === command.agentId) unlock(draft, 'released');
      return finish(draft);
    case 'read':
      return read(draft, command);
    case 'setTicketStatus':
      return setTicketStatus(draft, command);
    case 'close':
      return close(draft, command);
  }
}

/** The first who opens it holds it; opening it again changes nothing; for everyone else nothing changes. */
function claim(draft: Draft, agent: Agent): Result<Change, Rejection> {
  if (!draft.state.lock) grant(draft, agent);
  else touch(draft, agent.id);
  return finish(draft);
}

function grant(draft: Draft, agent: Agent): void {
  hold(draft, agent);
  appendActivity(draft, agent, { type: 'claimed', epoch: draft.state.epoch });
}

function hold(draft: Draft, agent: Agent): void {
  const epoch = draft.state.epoch + 1;
  const { now } = draft;
  const lock = { agentId: agent.id, agentName: agent.name, since: now, epoch, activeAt: now, connected: false, seenAt: now };
  show(draft, { epoch, lock, unread: 0 });
}

function takeOver(draft: Draft, agent: Agent): Result<Change, Rejection> {
  if (!may(agent.role, 'conversations.takeOver')) return refuse({ reason: 'forbidden' });
  const { lock } = draft.state;
  if (!lock || lock.agentId === agent.id) return claim(draft, agent);
  hold(draft, agent);
  const from = { id: lock.agentId, name: lock.agentName };
  appendActivity(draft, agent, { type: 'takenOver', epoch: draft.state.epoch, from });
  noteAct(draft, agent, { action: 'conversation.takenOver', details: { from: from.id } });
  return finish(draft);
}

function release(draft: Draft, command: { agent: Agent; epoch: number }): Result<Change, Rejection> {
  const refusal = refuseHolder(draft.state, command.agent, command.epoch);
  if (refusal && !isOver(draft.state, command.epoch)) return refuse(refusal);
  if (!refusal) unlock(draft, 'released');
  return finish(draft);
}

/**
 * The pop-up's answer: the status and the release in one. Asking again after it was done, or after the lease ran out, is fine; what the end
 * user has written or a colleague set since then stays.
 */
function close(draft: Draft, command: Extract<HoldCommand, { type: 'close' }>): Result<Change, Rejection> {
  const refusal = refuseHolder(draft.state, command.agent, command.epoch);
  if (refusal && !isOver(draft.state, command.epoch)) return refuse(refusal);
  const from = draft.state.ticketStatus;
  const to = refusal && hasMovedSince(draft, command.epoch) ? from : command.ticketStatus;
  if (refusal && from === to) return finish(draft);
  setTicketBy(draft, command.agent, to);
  if (!refusal) unlock(draft, 'closed');
  noteAct(draft, command.agent, { action: 'conversation.closed', details: { from, to } });
  return finish(draft);
}

/** Whether the end user has written, or anybody set the ticket, since the hold with this epoch ended. */
export function hasMovedSince({ snapshot, messages }: Draft, epoch: number): boolean {
  const isEnd = ({ activity }: Message) => activity?.type === 'released' && activity.epoch === epoch;
  if ([...messages.values()].some(isEnd)) return false;
  const latest = snapshot.messages.latest(MOST_SINCE);
  return latest
    .slice(latest.findLastIndex(isEnd) + 1)
    .some(({ direction, activity }) => (activity ? ofTicket.has(activity.type) : direction === 'inbound'));
}

/** The hold with this epoch has ended and nobody has had it since. */
export const isOver = (state: Conversation, epoch: number): boolean => !state.lock && state.epoch === epoch;

function setTicketStatus(draft: Draft, command: Extract<HoldCommand, { type: 'setTicketStatus' }>): Result<Change, Rejection> {
  const { lock } = draft.state;
  const holder = lockInfo(draft.state);
  if (lock && holder && lock.agentId !== command.agent.id) return refuse({ reason: 'locked', lock: holder });
  touch(draft, command.agent.id);
  const from = draft.state.ticketStatus;
  const to = command.ticketStatus;
  const { agent, among } = command;
  if (among && from === to && !isToWake(draft, among)) return finish(draft);
  if (among?.since !== undefined && hasGoneOn(draft, among.since)) return refuse({ reason: 'gone_on' });
  if (to === 'pending' && among?.snoozedUntil !== undefined) return setBack(draft, agent, among.snoozedUntil);
  const wasSnoozed = snoozeOf(draft.state) !== null;
  setTicketBy(draft, agent, to);
  if (from !== to) noteAct(draft, agent, { action: 'ticket.changed', details: { from, to } });
  else if (wasSnoozed) noteAct(draft, agent, { action: 'ticket.unsnoozed', details: {} });
  return finish(draft);
}

/** Whether it is taken back that it was set aside, or until another moment: Pending is not all that it was. */
const isToWake = ({ state }: Draft, { since, snoozedUntil }: Among): boolean =>
  since !== undefined && (snoozeOf(state)?.until ?? snoozedUntil) !== snoozedUntil;

/** Set aside again as it was; New when that would be over by now. */
function setBack(draft: Draft, agent: Agent, until: number): Result<Change, Rejection> {
  const from = draft.state.ticketStatus;
  const latest = latestSnooze(draft.state.lastInboundAt, draft.snapshot.policy, draft.now);
  if (until > latest) return refuse({ reason: 'snooze_too_late', latest });
  if (until > draft.now) setAside(draft, agent, until);
  else {
    setTicketBy(draft, agent, 'new');
    noteAct(draft, agent, { action: 'ticket.changed', details: { from, to: 'new' } });
  }
  return finish(draft);
}

/** Whether somebody has written or set the ticket since that number; who only looked or left a note has not. A lower number is another life's. */
function hasGoneOn({ snapshot, messages, state }: Draft, since: number): boolean {
  const later = [...snapshot.messages.after(since), ...messages.values()];
  return state.seq < since || later.some(({ kind, activity }) => (activity ? ofTicket.has(activity.type) : kind !== 'note'));
}

function setTicketBy(draft: Draft, agent: Agent, to: TicketStatus): void {
  setTicket(draft, agent, to);
  if (to === 'closed') stepEnquiry(draft, closed(draft.state, agent.id, draft.now));
}

function read(draft: Draft, command: { agentId: string; seq: number }): Result<Change, Rejection> {
  const { lock, unread, seq } = draft.state;
  if (lock?.agentId === command.agentId && unread > 0) {
    const newer = draft.snapshot.messages.after(Math.min(command.seq, seq)).filter((message) => message.direction === 'inbound');
    if (newer.length < unread) show(draft, { unread: newer.length });
  }
  return finish(draft);
}

/** An act of the holder: proof of life and of activity. Of anybody else: nothing. */
export function touch(draft: Draft, agentId: string): void {
  const { lock } = draft.state;
  if (lock?.agentId !== agentId) return;
  set(draft, { lock: { ...lock, activeAt: Math.max(lock.activeAt, draft.now), seenAt: Math.max(lock.seenAt, draft.now) } });
}

/**
 * What the holder's sockets look like. A connection that lived all along keeps the hold however late it is looked at; one that
 * comes back after the lease ran out does not revive it.
 */
function noticePresence(draft: Draft, command: Extract<HoldCommand, { type: 'presence' }>): Result<Change, Rejection> {
  const { lock } = draft.state;
  if (!lock || lock.agentId !== command.agentId) return finish(draft);
  if (!lock.connected && draft.now >= lockExpiresAt(lock, draft.snapshot.policy).at) expireLock(draft);
  else {
    const seenAt = Math.max(lock.seenAt, Math.min(command.seenAt, draft.now));
    if (lock.connected !== command.connected || seenAt !== lock.seenAt) {
      set(draft, { lock: { ...lock, connected: command.connected, seenAt } });
    }
  }
  return finish(draft);
}

/**
 * Why this agent may not act as the holder under this epoch; null when it may. An epoch of the past is stale whoever asks; the
 * current one in other hands means locked.
 */
export function refuseHolder(state: Conversation, agent: Agent, epoch: number): Rejection | null {
  const holder = lockInfo(state);
  if (!state.lock || !holder) return { reason: 'stale_epoch', lock: null };
  if (state.lock.agentId === agent.id) return state.lock.epoch === epoch ? null : { reason: 'stale_epoch', lock: holder };
  const wasGranted = epoch >= 1 && epoch < state.lock.epoch;
  return wasGranted ? { reason: 'stale_epoch', lock: holder } : { reason: 'locked', lock: holder };
}
