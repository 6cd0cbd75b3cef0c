import type { Published } from '../../src/lib/domain/summary';
import { within } from '../time';
import { backOffMs } from './outbox';

/** Changes within this time of each other reach the dashboards as one. */
const PAUSE_MS = 50;

type Deps = {
  /** Hands the row to the hub; resolves when the read model has it, or, if somebody waits for that, when the hub is sure to see to it. */
  publish(summary: Published, how: { awaited: boolean }): Promise<void>;
  /** The row as it is now; null when there is none, or it has been erased. */
  summary(): Published | null;
  /** A try has failed: the next one needs the alarm. */
  failed(): void;
};

/**
 * How far the hub has taken this conversation for the list. Nothing of it is on the disk: who makes a change sets the alarm with it, or
 * answers only when the hub has taken it and is told again otherwise; and an alarm that rings publishes whatever this process has not
 * seen taken.
 */
export class Publication {
  readonly #deps: Deps;
  /** Whether the hub may not have the latest. */
  #isDue = false;
  /** The highest version that this process knows the hub to have taken. */
  #takenVersion = 0;
  /** What was last handed to the hub, when, and how many of its answers are out. */
  #handed = { version: 0, at: 0 };
  #underWay = 0;
  /** How many wait for the hub to have taken it: what is handed over meanwhile is urgent. */
  #waiting = 0;
  #attempts = 0;
  #retryAt = 0;
  #settled = Promise.withResolvers<void>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Something has changed, or whoever was here before may not have got to publish it. */
  needed(): void {
    this.#isDue = true;
  }

  /** The same, unless this process has seen the hub take what there is. */
  neededUnlessSeen(): void {
    if (this.#isBehind()) this.#isDue = true;
  }

  /** Whether the hub surely has what there is. */
  get isTaken(): boolean {
    return !this.#isDue;
  }

  /** When it needs the alarm; 0 = it is under way, and the alarm is its backstop; null = the hub has everything. Epoch ms. */
  get nextAt(): number | null {
    return this.#isDue ? this.#retryAt : null;
  }

  /** Waits until the hub has everything, or a try has failed, or the time is over. */
  async untilTaken(atMostMs: number): Promise<void> {
    const until = Date.now() + atMostMs;
    this.#waiting += 1;
    while (this.#isDue && this.#retryAt === 0 && Date.now() < until) {
      await within(until - Date.now(), this.#settled.promise).catch(() => undefined);
    }
    this.#waiting -= 1;
  }

  /**
   * Hands the latest row to the hub. What came after is handed over without waiting for the answer, which may have to
   * wait for the database: dashboards must not. A pause between two makes a burst one.
   */
  async round(): Promise<void> {
    if (!this.#isDue) return;
    // Never longer, as the clock may be set back.
    const pauseMs = Math.min(this.#handed.at + PAUSE_MS - Date.now(), PAUSE_MS);
    if (pauseMs > 0) await scheduler.wait(pauseMs);
    const latest = this.#deps.summary();
    if (!latest) return;
    if (this.#takenVersion >= latest.version) {
      this.#isDue = false;
      return;
    }
    // The same version again only when its last try has failed and the wait is over.
    if (latest.version <= this.#handed.version && (this.#underWay > 0 || this.#retryAt > Date.now())) return;
    this.#handed = { version: latest.version, at: Date.now() };
    void this.#publish(latest);
  }

  async #publish(summary: Published): Promise<void> {
    this.#underWay += 1;
    this.#retryAt = 0;
    try {
      await this.#deps.publish(summary, { awaited: this.#waiting > 0 });
      this.#takenVersion = Math.max(this.#takenVersion, summary.version);
      this.#attempts = 0;
      if (!this.#isBehind()) this.#isDue = false;
    } catch (error) {
      if (this.#takenVersion >= summary.version) return;
      this.#attempts += 1;
      this.#retryAt = Date.now() + backOffMs(this.#attempts, Math.random());
      console.warn({ event: 'projection_failed', conversation: summary.id, attempt: this.#attempts, error: String(error) });
      this.#deps.failed();
    } finally {
      this.#underWay -= 1;
      this.#settled.resolve();
      this.#settled = Promise.withResolvers();
    }
  }

  #isBehind(): boolean {
    return (this.#deps.summary()?.version ?? 0) > this.#takenVersion;
  }
}
