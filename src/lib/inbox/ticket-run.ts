import type { TicketAnswer, TicketWish } from '../domain/ticket-changes';
import { counted, noneYet, seenTo, type Tally } from './ticket-tally';
import type { Chunk, TicketWalk } from './ticket-walk';

export type RunDeps = {
  set: (wishes: TicketWish[]) => Promise<TicketAnswer[]>;
  wait: (ms: number) => Promise<void>;
  /** So many have been seen to. */
  onprogress: (n: number) => void;
};

/** Between the tries of a call; when the last one has failed as well, somebody has to say that it is to go on. */
const PAUSES_MS = [500, 1_500, 4_000];

/** Sets many tickets, some at a time, one call after the other. After a failure it goes on where it was; the same again is harmless. */
export class TicketRun {
  readonly #walk: TicketWalk;
  readonly #deps: RunDeps;
  #chunk: Chunk | null = null;
  #tally = noneYet;
  #isStopped = false;

  constructor(walk: TicketWalk, deps: RunDeps) {
    this.#walk = walk;
    this.#deps = deps;
  }

  /** What has become of them up to now. */
  get tally(): Tally {
    return this.#tally;
  }

  /** Begins no further call. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Goes on to the end, until it is stopped, or until a call has failed again and again: call it again then. */
  async go(): Promise<'done' | 'stopped' | 'failed'> {
    this.#isStopped = false;
    while (!this.#isStopped) {
      const hasWorked = await this.#tried((isLast) => this.#step(isLast));
      if (hasWorked && this.#chunk === null) return 'done';
      if (hasWorked) this.#chunk = null;
      else if (!this.#isStopped) return 'failed';
    }
    return 'stopped';
  }

  /** The next chunk. What of it could not be reached stays in it while there is another try. */
  async #step(isLast: boolean): Promise<void> {
    this.#chunk ??= await this.#walk();
    if (this.#chunk === null) return;
    const { wishes, same } = this.#chunk;
    const answers = wishes.length > 0 ? await this.#deps.set([...wishes]) : [];
    const isOut = (answer: TicketAnswer) => !isLast && !answer.done && answer.reason === 'unavailable';
    const left = new Set(answers.filter(isOut).map(({ id }) => id));
    const wanted = new Map(wishes.map((wish) => [wish.id, wish]));
    const settled = answers.filter(({ id }) => !left.has(id));
    const tally = counted(this.#tally, settled, wanted);
    this.#tally = { ...tally, same: tally.same + same };
    this.#chunk = { wishes: wishes.filter(({ id }) => left.has(id)), same: 0 };
    this.#deps.onprogress(seenTo(this.#tally));
    if (left.size > 0) throw new Error('Some could not be reached');
  }

  async #tried(act: (isLast: boolean) => Promise<void>): Promise<boolean> {
    for (const pause of [...PAUSES_MS, null]) {
      try {
        await act(pause === null);
        return true;
      } catch {
        if (pause === null || this.#isStopped) return false;
        await this.#deps.wait(pause);
      }
    }
    return false;
  }
}
