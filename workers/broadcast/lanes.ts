import type { WakeUp } from '../../src/lib/domain/broadcast';
import type { Env } from '../env';

/** Lanes at once, and what each is good for in a second: one invocation has six connections, and a call takes some 200 ms. */
const MAX_LANES = 8;
const LANE_PER_SECOND = 25;
/** Recipients that make another lane worth its while. */
const PER_LANE = 25;
/** A lane that has not been heard of for so long is gone: longer than any handful of calls. */
const SILENT_MS = 20_000;
/** Wake-ups that nobody has followed by then are lost: a local queue forgets with its process. */
const WOKEN_MS = 5_000;

/**
 * Who is at work for this campaign, as far as this life of the object knows. Only to keep everything moving without crowding: what a
 * lane may call is decided in storage.
 */
export class Lanes {
  readonly #env: Env;
  readonly #runs = new Map<number, { run: string; seenAt: number }>();
  #wokenAt = -Infinity;

  constructor(env: Env) {
    this.#env = env;
  }

  /** Whether this run may work as this lane: a wake-up that came twice finds the first at work. */
  enter(piece: number, run: string, now: number): boolean {
    const known = this.#runs.get(piece);
    if (known && known.run !== run && isWithin(known.seenAt, SILENT_MS, now)) return false;
    this.#runs.set(piece, { run, seenAt: now });
    return true;
  }

  leave(piece: number, run: string): void {
    if (this.#runs.get(piece)?.run === run) this.#runs.delete(piece);
  }

  /** Nobody works, and nobody has been woken just now. */
  isIdle(now: number): boolean {
    return !isWithin(this.#wokenAt, WOKEN_MS, now) && this.#working(now) === 0;
  }

  /**
   * Calls as many lanes as the channel's pace and so many recipients are worth. A second apart, so that they do not arrive in one batch,
   * which would have to share its connections.
   */
  async wake(
    campaignId: string,
    { recipients, perSecond }: { recipients: number; perSecond: number },
    now: number,
  ): Promise<void> {
    if (!this.isIdle(now)) return;
    this.#wokenAt = now;
    const wanted = Math.min(Math.ceil(recipients / PER_LANE), Math.ceil(perSecond / LANE_PER_SECOND));
    const count = Math.max(1, Math.min(MAX_LANES, wanted));
    const bodies = Array.from({ length: count }, (_, piece): WakeUp => ({ campaignId, piece }));
    await this.#env.BROADCASTS.sendBatch(bodies.map((body) => ({ body, delaySeconds: body.piece })));
  }

  #working(now: number): number {
    for (const [piece, { seenAt }] of this.#runs) if (!isWithin(seenAt, SILENT_MS, now)) this.#runs.delete(piece);
    return this.#runs.size;
  }
}

/** Whether that was so shortly before; what is said to be still to come was before the clock was set back, nobody knows when. */
const isWithin = (at: number, ms: number, now: number): boolean => at <= now && at > now - ms;
