import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../../workers/demo/random';
import { messageBodies, postWebhook, type ProviderName, type Said } from './wire';

/** One call of a webhook: these messages, and whether it has been acknowledged. */
export type Delivery = { provider: ProviderName; messages: Said[]; acked: boolean };

/** Between two tries of a delivery that was not taken. */
const AGAIN_MS = 100;
/** How often a delivery of a provider that batches holds several messages, and at most how many. */
const BATCHED = 0.5;
const MOST_IN_BATCH = 6;
const MOST_COPIES = 5;

/**
 * What a provider makes of these messages at its worst: each one to five times, in any order, and where it batches some of them
 * together, each time with others.
 */
export function deliveriesOf(provider: ProviderName, said: readonly Said[], random: Random): Delivery[] {
  const copies = random.shuffle(said.flatMap((one) => Array.from({ length: random.int(1, MOST_COPIES) }, () => one)));
  const batches = provider === 'whatsapp' || provider === 'messenger';
  const deliveries: Delivery[] = [];
  while (copies.length > 0) {
    const size = batches && random.chance(BATCHED) ? random.int(2, MOST_IN_BATCH) : 1;
    deliveries.push({ provider, messages: copies.splice(-size), acked: false });
  }
  return deliveries;
}

/** Brings deliveries to a server that may die meanwhile, as providers do: whatever gets no 200 is sent again until it does. */
export class Courier {
  /** How often each HTTP status was the answer; 0 = no answer came. */
  readonly answers = new Map<number, number>();
  readonly #origin: string;
  #acked = 0;
  #open: Promise<void> = Promise.resolve();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Deliveries that were acknowledged. */
  get acked(): number {
    return this.#acked;
  }

  /** Calls made, acknowledged or not. */
  get posts(): number {
    return [...this.answers.values()].reduce((sum, n) => sum + n, 0);
  }

  /** Resolves when every delivery has been acknowledged; `width` of them are under way at once. */
  async carry(deliveries: readonly Delivery[], width: number): Promise<void> {
    const left = deliveries.values();
    const lane = async () => {
      // The lanes share one iterator, so each takes the next delivery that nobody has.
      for (const delivery of left) await this.#deliver(delivery);
    };
    await Promise.all(Array.from({ length: width }, lane));
  }

  /** Begins nothing more while `work` lasts; what is under way goes on. */
  async pause(work: () => Promise<void>): Promise<void> {
    this.#open = work();
    await this.#open;
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { provider, messages } = delivery;
    while (!delivery.acked) {
      await this.#open;
      const [body] = messageBodies(provider, messages);
      const answer = await postWebhook(this.#origin, provider, body);
      this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
      if (answer !== 200) {
        await wait(AGAIN_MS);
        continue;
      }
      delivery.acked = true;
      this.#acked += 1;
    }
  }
}
