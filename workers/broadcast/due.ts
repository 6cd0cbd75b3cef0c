import { isDone } from '../../src/lib/domain/broadcast';
import { earliest } from '../conversation/outbox';
import type { Gathering } from './gathering';
import type { Lanes } from './lanes';
import type { Records } from './records';
import type { State } from './state';
import type { Store } from './store';

/** The longest that a handful of calls takes, and a little: nothing is heard of a call after that. */
export const CALL_MS = 15_000;
export const LEASE_MS = CALL_MS + 5_000;
/** How often is looked whether everything moves, and whether a stopped channel works again. */
export const BACKSTOP_MS = 5_000;
const HELD_MS = 3_000;

type Parts = { store: Store; records: Records; gathering: Gathering; lanes: Lanes };

/** When the alarm has to ring next, epoch ms: at the earliest of everything that is due; null = never. `beginAt`: not to be begun before. */
export function dueAt(parts: Parts, beginAt: number, now: number): number | null {
  const state = parts.store.state();
  if (!state) return null;
  const callAt = parts.store.oldestCallAt();
  return earliest(
    parts.records.dueAt(now),
    callAt === null ? null : Math.max(callAt + LEASE_MS, now),
    phaseDueAt(parts, state, beginAt, now),
  );
}

function phaseDueAt({ store, gathering, lanes }: Parts, { phase, plan, isHeld }: State, beginAt: number, now: number) {
  switch (phase) {
    case 'scheduled':
      return Math.max(plan.at ?? now, beginAt);
    case 'gathering':
      return gathering.dueAt(now);
    case 'sending': {
      if (isDone(store.tally())) return now;
      // Nobody is at it: at once when there is something to do. Else only to see that it goes on.
      const nextAt = store.nextDueAt() ?? now + BACKSTOP_MS;
      return lanes.isIdle(now) ? Math.max(nextAt, now) : now + BACKSTOP_MS;
    }
    case 'paused':
      return isHeld ? now + HELD_MS : null;
    case 'stopped':
    case 'sent':
      return null;
  }
}
