import type { Glance } from './notices';

const LEADER = 'parley:notices';
const LOOKING = 'parley:looking:';

/**
 * What the tabs of one browser that have the inbox open know of each other: which of them tells of messages, and what the person looks at.
 * Both are locks, which end with their tab even when it crashes. Without locks each tab believes that it is the only one.
 */
export class InboxTabs {
  readonly #locks: LockManager | null;
  #isLeader: boolean;
  #glance: Glance = null;

  constructor(locks: LockManager | null) {
    this.#locks = locks;
    this.#isLeader = locks === null;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** Waits for its turn to be the one that tells. Returns what ends it. */
  lead(): () => void {
    return this.#hold(LEADER, 'exclusive', () => (this.#isLeader = true));
  }

  /** Tells the others what the person has before them here. Returns what takes it back. */
  look(glance: Glance): () => void {
    this.#glance = glance;
    return glance === null ? () => undefined : this.#hold(`${LOOKING}${glance.openId ?? ''}`, 'shared');
  }

  /** What the person looks at, in whichever tab. */
  async glance(): Promise<Glance> {
    if (this.#glance !== null || this.#locks === null) return this.#glance;
    const marks = await this.#locks.query().catch(() => null);
    const name = marks?.held?.find((mark) => mark.name?.startsWith(LOOKING))?.name;
    return name === undefined ? null : { openId: name.slice(LOOKING.length) || null };
  }

  #hold(name: string, mode: LockMode, granted?: () => void): () => void {
    const waiting = new AbortController();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const held = (): Promise<void> => {
      granted?.();
      return ended;
    };
    // Given up before its turn came, which is what an abort rejects with; anything else leaves the turn to the other tabs.
    this.#locks?.request(name, { mode, signal: waiting.signal }, held).catch(() => undefined);
    return () => {
      waiting.abort();
      end();
    };
  }
}
