import type { Change, Command, Snapshot } from './conversation';
import { finish, letTimePass, lockInfo, refuse, setAside, startDraft, unlock, type Draft } from './draft';
import { hasMovedSince, isOver, refuseHolder, touch } from './hold';
import type { Rejection } from './rejection';
import type { Result } from './result';
import { may } from './role';
import { latestSnooze } from './snooze';

type SnoozeCommand = Extract<Command, { type: 'snooze' }>;

/**
 * Sets the conversation aside: its ticket is Pending, and the clock makes it New at that moment (`letTimePass`), unless anything else sets
 * the ticket before. With an epoch the hold ends with it, and asking again after that was done is fine, as with a close.
 */
export function decideSnooze(snapshot: Snapshot, command: SnoozeCommand, now: number): Result<Change, Rejection> {
  const { conversation } = snapshot;
  if (!conversation) return refuse({ reason: 'not_found' });
  if (!may(command.agent.role, 'conversations')) return refuse({ reason: 'forbidden' });
  const draft = startDraft(snapshot, conversation, now);
  letTimePass(draft);
  const { agent, epoch } = command;
  const isAgain = epoch !== undefined && isOver(draft.state, epoch);
  const refusal = (isAgain ? null : refuseSetter(draft, command)) ?? refuseTime(draft, command.until);
  if (refusal) return refuse(refusal);
  // What the end user has written or a colleague set since the hold ended stays.
  if (isAgain && hasMovedSince(draft, epoch)) return finish(draft);
  touch(draft, agent.id);
  setAside(draft, agent, command.until);
  if (epoch !== undefined) unlock(draft, 'released');
  return finish(draft);
}

/** Under an epoch its holder only; else whoever may set the ticket: the holder, or anybody while nobody holds it. */
function refuseSetter({ state }: Draft, { agent, epoch }: SnoozeCommand): Rejection | null {
  if (epoch !== undefined) return refuseHolder(state, agent, epoch);
  const holder = lockInfo(state);
  return holder && holder.agentId !== agent.id ? { reason: 'locked', lock: holder } : null;
}

function refuseTime({ state, snapshot, now }: Draft, until: number): Rejection | null {
  if (until <= now) return { reason: 'snooze_past' };
  const latest = latestSnooze(state.lastInboundAt, snapshot.policy, now);
  return until > latest ? { reason: 'snooze_too_late', latest } : null;
}
