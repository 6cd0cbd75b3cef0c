import { sendIdOf, type BroadcastPlan, type Progress } from '../../src/lib/domain/broadcast';
import { recordCampaignSends } from '../../src/lib/server/campaign-sends';
import { writeFigures } from '../../src/lib/server/db/broadcasts';
import { backOffMs, singleFlight } from '../conversation/outbox';
import type { Env } from '../env';
import type { Store, Unrecorded } from './store';

/** While it is being sent, figures are written this often. */
const WRITE_EVERY_MS = 1_000;
/** What a process that died has left is written this long after. */
const BACKSTOP_MS = 5_000;
/** Sends in one write. */
const BATCH = 100;

/**
 * Tells D1: which message went to whom, so that replies find it, and the figures of the campaign. What is still to be told stands in the
 * object's own storage; telling twice is telling once.
 */
export class Records {
  readonly #env: Env;
  readonly #store: Store;
  readonly #progress: () => Progress | null;
  readonly #flight = singleFlight(() => this.#write());
  #isPlanned = false;
  #failures = 0;
  #retryAt = 0;
  /** The write of sends that is under way, or was the last. */
  #recording: Promise<void> = Promise.resolve();

  constructor(env: Env, store: Store, progress: () => Progress | null) {
    this.#env = env;
    this.#store = store;
    this.#progress = progress;
  }

  /** Something changes in this transaction: D1 is behind from now on. Versions only rise, also over a broadcast that was forgotten. */
  touch(): void {
    this.#store.setFact('version', String(Math.max(this.#version() + 1, Date.now())));
  }

  /** Writes within a second. */
  soon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setTimeout(() => {
      this.#isPlanned = false;
      void this.write();
    }, WRITE_EVERY_MS);
  }

  /** Resolves when the write that is under way has ended, well or not: later ones read what there is to tell anew. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#recording]);
  }

  /** When the alarm has to see to it; null = D1 has everything. */
  dueAt(now: number): number | null {
    if (!this.#store.hasUnrecorded() && this.#version() <= this.#written()) return null;
    return Math.max(this.#retryAt, now + BACKSTOP_MS);
  }

  /** Writes what there is, now. Never rejects. */
  async write(): Promise<void> {
    if (Date.now() < this.#retryAt) return;
    try {
      await this.#flight();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#retryAt = Date.now() + backOffMs(this.#failures, Math.random());
      console.warn({ event: 'broadcast_not_recorded', campaign: this.#store.state()?.plan.campaignId, error: String(error) });
    }
  }

  async #write(): Promise<void> {
    const plan = this.#store.state()?.plan;
    if (!plan) return;
    for (let rows = this.#store.unrecorded(BATCH); rows.length > 0; rows = this.#store.unrecorded(BATCH)) {
      this.#recording = recordCampaignSends(this.#env, rows.map((row) => sendOf(plan, row))); // prettier-ignore
      await this.#recording;
      this.#store.recorded(rows);
    }
    const version = this.#version();
    const progress = this.#progress();
    if (!progress || progress.phase === 'scheduled' || version <= this.#written()) return;
    await writeFigures(this.#env.DB, plan.campaignId, progress, version);
    this.#store.setFact('written', String(version));
  }

  #version(): number {
    return Number(this.#store.fact('version') ?? 0);
  }

  #written(): number {
    return Number(this.#store.fact('written') ?? 0);
  }
}

const sendOf = (
  { campaignId, channelId }: BroadcastPlan,
  { seq, address, message, providerMessageId, calledAt }: Unrecorded,
) => ({
  id: sendIdOf(campaignId, seq),
  campaignId,
  channelId,
  address,
  providerMessageId,
  // Our tokens prove themselves: there is nothing to look up.
  token: null,
  text: message.text,
  buttons: message.buttons,
  sentAt: calledAt,
});
