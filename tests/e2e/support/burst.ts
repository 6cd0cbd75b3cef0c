import { TRPCClientError } from '@trpc/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Session } from './agent';
import type { Customer } from './customer';
import { messageBodies, postWebhook, type Said } from './wire';

/** A message of an end user, as its provider knows it: posted, and perhaps acknowledged. */
export type Posted = { customer: Customer; said: Said; acked: boolean };
/** A send of an agent, as their client knows it. `unknown`: nobody heard the answer. */
export type Sent = {
  session: Session;
  customer: Customer;
  input: { id: string; messageId: string; epoch: number; seenSeq: number; text: string; force: boolean };
  outcome: 'accepted' | 'refused' | 'unknown';
};

const Refused = z.object({ reason: z.string() });
const SENDERS = 8;
/** How often a webhook comes twice at once. */
const TWICE = 0.3;

/** Traffic from outside with a memory of its own: what was tried and what was acknowledged, whatever becomes of the server. */
export class Burst {
  readonly posted: Posted[] = [];
  readonly sent: Sent[] = [];
  /** Answers to webhooks that no provider should ever get. */
  readonly oddAnswers: number[] = [];
  readonly #origin: string;
  readonly #customers: readonly Customer[];
  readonly #agents: readonly Session[];
  #running = false;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(origin: string, customers: readonly Customer[], agents: readonly Session[]) {
    this.#origin = origin;
    this.#customers = customers;
    this.#agents = agents;
  }

  get acked(): number {
    return this.posted.filter((one) => one.acked).length;
  }

  get accepted(): number {
    return this.sent.filter((one) => one.outcome === 'accepted').length;
  }

  start(): void {
    this.#running = true;
    this.#loops = Promise.all([
      ...Array.from({ length: SENDERS }, (_, sender) => this.#keepWriting(sender)),
      ...this.#agents.flatMap((agent) => [this.#keepAnswering(agent), this.#keepAnswering(agent)]),
    ]);
  }

  /** Begins nothing more, at once; resolves when every request that was under way has come to its end. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#loops;
  }

  /** What providers do with webhooks that were not acknowledged: post them again. */
  async redeliver(): Promise<void> {
    const missed = this.posted.filter(({ acked }) => !acked);
    await Promise.all(
      missed.map(async (one) => {
        while (!one.acked) await this.#post(one, 1);
      }),
    );
  }

  /** What the dashboard does with sends that were not answered: send them again, under the same id. */
  async resend(): Promise<void> {
    for (const one of this.sent) if (one.outcome === 'unknown') await this.#send(one);
  }

  async #keepWriting(sender: number): Promise<void> {
    for (let n = 1; this.#running; n++) {
      const customer = pick(this.#customers);
      if (!customer) return;
      const one: Posted = { customer, said: customer.message(`Message ${n} of sender ${sender}`), acked: false };
      this.posted.push(one);
      await this.#post(one, Math.random() < TWICE ? 2 : 1);
    }
  }

  async #post(one: Posted, copies: number): Promise<void> {
    const [body] = messageBodies(one.customer.provider, [one.said]);
    const post = () => postWebhook(this.#origin, one.customer.provider, body);
    const answers = await Promise.all(Array.from({ length: copies }, post));
    if (answers.includes(200)) one.acked = true;
    this.oddAnswers.push(...answers.filter((answer) => ![0, 200, 503].includes(answer)));
  }

  async #keepAnswering(session: Session): Promise<void> {
    const { conversations } = session.api;
    while (this.#running) {
      const customer = pick(this.posted.filter(({ acked }) => acked).map((one) => one.customer));
      if (!customer) {
        await wait(10);
        continue;
      }
      const id = customer.conversationId;
      const claim = await conversations.claim.mutate({ id }).catch(() => null);
      if (!claim?.granted) continue;
      const text = `Answer ${this.sent.length + 1}`;
      const input = { id, messageId: randomUUID(), epoch: claim.epoch, seenSeq: 0, text, force: true };
      const one: Sent = { session, customer, input, outcome: 'unknown' };
      this.sent.push(one);
      await this.#send(one);
      await conversations.release.mutate({ id, epoch: claim.epoch }).catch(() => undefined);
    }
  }

  async #send(one: Sent): Promise<void> {
    try {
      await one.session.api.conversations.send.mutate(one.input);
      one.outcome = 'accepted';
    } catch (error) {
      // Only an answer of the server's own says that it was not taken.
      if (error instanceof TRPCClientError && Refused.safeParse(error.data).success) one.outcome = 'refused';
    }
  }
}

function pick<T>(from: readonly T[]): T | undefined {
  return from[Math.floor(Math.random() * from.length)];
}
