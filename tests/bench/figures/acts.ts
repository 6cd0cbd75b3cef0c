import { z } from 'zod';
import { type Bench, measured } from '../bench.ts';
import { oneByOne } from '../load.ts';
import { conversationIdOf } from '../whatsapp.ts';
import { regulars } from './intake.ts';

const AT_MOST_MS = 10_000;
const GROUP = 'Agent, one call at a time';

const Seen = z.object({ result: z.object({ data: z.object({ seq: z.number() }) }) });
/** The answer of `conversations.claim`. */
export const Claimed = z.object({ result: z.object({ data: z.object({ granted: z.literal(true), epoch: z.number() }) }) });

type Held = { id: string; seq: number; epoch: number };

/** What an agent does to a conversation, each as a whole call over HTTP, and how soon a sent message is at the provider. */
export async function acts(bench: Bench): Promise<void> {
  const { plan, product, floors, agent, provider } = bench;
  const held: Held[] = regulars(plan.batches)
    .slice(0, plan.acts)
    .map((address) => ({ id: conversationIdOf(address), seq: 0, epoch: 0 }));
  const each = (act: (one: Held) => Promise<void>) => () =>
    oneByOne(held.length, AT_MOST_MS, async (i) => {
      const one = held[i];
      if (one) await act(one);
    });

  const call = await measured(floors, () =>
    oneByOne(held.length, AT_MOST_MS, async (i) => void (await floors.client.expect(200, 'GET', `/call/act-${i}`))),
  );
  const append = () =>
    oneByOne(held.length, AT_MOST_MS, async (i) => void (await floors.client.expect(200, 'POST', `/append/act-${i}`, {}, 'x')));
  // The first one makes the objects' first pages; the product's have theirs as well.
  await append();
  const written = { name: 'object append', measured: await measured(floors, append) };

  const opened = await measured(
    product,
    each(async (one) => {
      one.seq = Seen.parse(JSON.parse(await agent.query('conversations.get', { id: one.id }))).result.data.seq;
    }),
  );
  bench.report({ group: GROUP, name: 'open (get)', product: opened, floor: { name: 'object call', measured: call } });

  const claimed = await measured(
    product,
    each(async (one) => {
      one.epoch = Claimed.parse(JSON.parse(await agent.mutate('conversations.claim', { id: one.id }))).result.data.epoch;
    }),
  );
  bench.report({ group: GROUP, name: 'claim', product: claimed, floor: written });

  const message = (one: Held) => ({
    id: one.id,
    messageId: crypto.randomUUID(),
    epoch: one.epoch,
    // Nothing newer can be there, but a claim leaves a line of its own.
    seenSeq: one.seq + 1_000,
    text: 'We are on it.',
  });
  const sent = await measured(
    product,
    each(async (one) => void (await agent.mutate('conversations.send', message(one)))),
  );
  bench.report({ group: GROUP, name: 'send, to the answer', product: sent, floor: written });

  const delivered = await measured(
    product,
    each(async (one) => {
      const input = message(one);
      const taken = provider.arrivals.expect(input.messageId, AT_MOST_MS);
      const answered = agent.mutate('conversations.send', input);
      await Promise.race([taken, answered.then(() => taken)]);
      await answered;
    }),
  );
  bench.report({ group: GROUP, name: 'send, to the answer and the provider’s call', product: delivered, floor: written });

  const released = await measured(
    product,
    each(async ({ id, epoch }) => void (await agent.mutate('conversations.release', { id, epoch }))),
  );
  bench.report({ group: GROUP, name: 'release', product: released, floor: written });
}
