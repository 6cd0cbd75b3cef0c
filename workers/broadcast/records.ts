import { sendIdOf, type BroadcastPlan, type Progress } from '../../src/lib/domain/broadcast';
import { recordCampaignSends } from '../../src/lib/server/campaign-sends';
import { writeFigures } from '../../src/lib/server/db/broadcasts';
import { backOffMs, earliest, singleFlight } from '../conversation/outbox';
import type { Env } from '../env';
import { LateSends } from './late-sends';
import type { Unrecorded } from './recipient';
import type { Store } from './store';

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
  /** Each waits for its own failures alone. */
  readonly #waits = { sends: { failures: 0, retryAt: 0 }, figures: { failures: 0, retryAt: 0 } };
  /** The write of sends that is under way, or was the last. */
  #recording: Promise<unknown> = Promise.resolve();
  readonly #late = new LateSends();

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
    const { sends, figures } = this.#waits;
    const at = earliest(
      this.#hasNews() ? sends.retryAt : this.#late.dueAt(),
      this.#version() > this.#written() ? figures.retryAt : null,
    );
    return at === null ? null : Math.max(at, now + BACKSTOP_MS);
  }

  /** Whether there are sends to be recorded, those that are late aside. */
  #hasNews(): boolean {
    if (this.#late.size === 0) return this.#store.hasUnrecorded();
    return this.#store.unrecorded(this.#late.size + 1).some(({ seq }) => !this.#late.has(seq));
  }

  /** Writes what there is, now. Never rejects. */
  write(): Promise<void> {
    return this.#flight();
  }

  async #write(): Promise<void> {
    const plan = this.#store.state()?.plan;
    if (!plan) return;
    await this.#try('sends', () => this.#recordSends(plan));
    await this.#try('figures', () => this.#writeFigures(plan));
  }

  async #try(what: 'sends' | 'figures', work: () => Promise<void>): Promise<void> {
    const wait = this.#waits[what];
    if (Date.now() < wait.retryAt) return;
    try {
      await work();
      wait.failures = 0;
    } catch (error) {
      wait.failures += 1;
      wait.retryAt = Date.now() + backOffMs(wait.failures, Math.random());
      const campaign = this.#store.state()?.plan.campaignId;
      console.warn({ event: 'broadcast_not_recorded', what, campaign, error: String(error) });
    }
  }

  async #recordSends(plan: BroadcastPlan): Promise<void> {
    const late = new Set<number>();
    for (let rows = this.#store.unrecorded(BATCH); rows.length > 0; rows = this.#store.unrecorded(BATCH, rows.at(-1)?.seq)) {
      const now = Date.now();
      const due = rows.filter(({ seq }) => this.#late.isDue(seq, now));
      const left = await this.#record(plan, due);
      for (const { seq } of left) this.#late.add(seq, now);
      for (const row of rows) if (!due.includes(row) || left.includes(row)) late.add(row.seq);
    }
    this.#late.keep(late);
  }

  /** Answers with those that have to be recorded again, as a conversation that waits for them has not answered. */
  async #record(plan: BroadcastPlan, rows: readonly Unrecorded[]): Promise<Unrecorded[]> {
    if (rows.length === 0) return [];
    const recording = recordCampaignSends(this.#env, rows.map((row) => sendOf(plan, row))); // prettier-ignore
    this.#recording = recording;
    const ids = new Set((await recording).map(({ id }) => id));
    const left = rows.filter(({ seq }) => ids.has(sendIdOf(plan.campaignId, seq)));
    this.#store.recorded(rows.filter((row) => !left.includes(row)));
    return left;
  }

  async #writeFigures({ campaignId }: BroadcastPlan): Promise<void> {
    const version = this.#version();
    const progress = this.#progress();
    if (!progress || progress.phase === 'scheduled' || version <= this.#written()) return;
    await writeFigures(this.#env.DB, campaignId, progress, version);
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
