import { phases, type BroadcastPlan, type Phase } from '../../src/lib/domain/broadcast';

/** Where one campaign's sending stands as a whole; times in epoch ms. */
export type State = {
  plan: BroadcastPlan;
  phase: Phase;
  /** What to go on with after a pause. */
  pausedFrom: 'gathering' | 'sending';
  /** Why it is paused; null = somebody wished it. */
  reason: string | null;
  /** Whether it goes on by itself when its channel works again. */
  isHeld: boolean;
  startedAt: number | null;
  finishedAt: number | null;
  /** What the channel's app takes in a second. */
  perSecond: number;
  /** The person after whom gathering goes on. */
  cursor: number;
};

/** A plan that waits for its time. */
export const planned = (plan: BroadcastPlan): State => ({
  plan,
  phase: 'scheduled',
  pausedFrom: 'gathering',
  reason: null,
  isHeld: false,
  startedAt: null,
  finishedAt: null,
  perSecond: 1,
  cursor: 0,
});

// Each of these answers with the very same state when there is nothing to change.

/** Its time has come: at work, or paused when that was wished before. */
export const begun = (state: State, isPaused: boolean, now: number): State =>
  state.phase === 'scheduled' ? { ...state, phase: isPaused ? 'paused' : 'gathering', startedAt: now } : state;

/** At work no more; `reason` null = somebody wished it, `isHeld`: until its channel works again. A wish counts also over a pause. */
export function paused(state: State, reason: string | null, isHeld: boolean): State {
  const { phase } = state;
  if (phase === 'gathering' || phase === 'sending') return { ...state, phase: 'paused', pausedFrom: phase, reason, isHeld };
  return phase === 'paused' && reason === null ? { ...state, reason, isHeld } : state;
}

/** At work again, where it was. */
export const resumed = (state: State): State =>
  state.phase === 'paused' ? { ...state, phase: state.pausedFrom, reason: null, isHeld: false } : state;

/** Held by its channel, which has been looked at: goes on when nothing is in the way, else says what is. */
export function lookedAt(state: State, reason: string | null): State {
  if (state.phase !== 'paused' || !state.isHeld) return state;
  if (reason === null) return resumed(state);
  return reason === state.reason ? state : { ...state, reason };
}

/** Over before its end. */
export const stopped = (state: State, now: number): State =>
  state.phase === 'sent' || state.phase === 'stopped' ? state : { ...state, phase: 'stopped', reason: null, finishedAt: now };

/** Everybody has an outcome. */
export const finished = (state: State, now: number): State =>
  state.phase === 'sending' ? { ...state, phase: 'sent', finishedAt: now } : state;

/** What the object itself has written. */
export function stateOf(text: string): State {
  const state: State = JSON.parse(text);
  if (!phases.includes(state.phase)) throw new Error('a broadcast in an unknown phase');
  return state;
}
