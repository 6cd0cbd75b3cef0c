/** A turn that was given and not taken is given back after this long. */
const KEPT_MS = 60_000;
/** A step back of the clock that is no more than a correction. */
const CLOCK_SLACK_MS = 1_000;
/** Conversations remembered before those whose time has passed are swept out. */
const SWEEP_AT = 5_000;

/**
 * Who may leave when: a token bucket of `perSecond`, refilled evenly, for the channel, and a pause between two messages of one
 * conversation. Times in epoch ms. In memory only: an object that is gone has been idle for longer than the bucket takes to fill.
 */
export class Pace {
  /** When the bucket would be full again: the whole state of it. */
  #fullAt = 0;
  /** The latest time that was seen. */
  #latestAt = 0;
  /** Turns given for later: a conversation that asks again gets the same one. */
  readonly #turns = new Map<string, number>();
  /** Before this time nothing more for that conversation. */
  readonly #pauses = new Map<string, number>();

  /** How long this conversation's next message has to wait; 0 = it may go now. Books the turn: it may also just wait and go. */
  book(conversationId: string, { perSecond, paceMs }: { perSecond: number; paceMs: number }, now: number): number {
    this.#watchClock(now);
    const turn = this.#turns.get(conversationId);
    if (turn !== undefined && turn > now - KEPT_MS) {
      if (turn <= now) this.#turns.delete(conversationId);
      return Math.max(0, turn - now);
    }
    const eachMs = 1_000 / Math.max(perSecond, 0.001);
    const burstMs = Math.max(0, 1_000 - eachMs);
    const at = Math.ceil(Math.max(now, this.#fullAt - burstMs, this.#pauses.get(conversationId) ?? 0));
    // Booked for the time at which it is used: a turn taken out of a later second must not come out of this one.
    this.#fullAt = Math.max(this.#fullAt, at) + eachMs;
    if (paceMs > 0) this.#pauses.set(conversationId, at + paceMs);
    if (at > now) this.#turns.set(conversationId, at);
    this.#sweep(now);
    return at - now;
  }

  /**
   * How many of up to `count` messages of a campaign may go now; when none may, after how long to ask again. Half of the bucket is left
   * to agents, so that a campaign never makes one of their messages wait.
   */
  bookMany(count: number, perSecond: number, now: number): { granted: number; waitMs: number } {
    this.#watchClock(now);
    const eachMs = 1_000 / Math.max(perSecond, 0.001);
    const burstMs = Math.max(0, (1_000 - eachMs) / 2);
    const start = Math.max(this.#fullAt, now);
    const room = Math.floor((now + burstMs - start) / eachMs) + 1;
    const granted = Math.max(0, Math.min(room, count));
    this.#fullAt = start + granted * eachMs;
    return { granted, waitMs: granted > 0 ? 0 : Math.ceil(start - burstMs - now) };
  }

  /** The message has gone, or come to nothing. */
  done(conversationId: string): void {
    this.#turns.delete(conversationId);
  }

  /** Conversations whose turn is still to come or has not been taken. */
  waiting(now: number): string[] {
    return [...this.#turns].filter(([, turn]) => turn > now - KEPT_MS).map(([id]) => id);
  }

  /** A clock that was set back would make everybody wait for what it said before. */
  #watchClock(now: number): void {
    if (now < this.#latestAt - CLOCK_SLACK_MS) {
      this.#fullAt = 0;
      this.#turns.clear();
      this.#pauses.clear();
      this.#latestAt = now;
    }
    this.#latestAt = Math.max(this.#latestAt, now);
  }

  #sweep(now: number): void {
    if (this.#turns.size > SWEEP_AT) for (const [id, turn] of this.#turns) if (turn <= now - KEPT_MS) this.#turns.delete(id);
    if (this.#pauses.size > SWEEP_AT) for (const [id, until] of this.#pauses) if (until <= now) this.#pauses.delete(id);
  }
}
