import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Message } from '../../src/lib/domain/message';
import type { Summary } from '../../src/lib/domain/summary';
import { signIn, type Session } from './support/agent';
import { Burst } from './support/burst';
import { Customer } from './support/customer';
import { inLanes } from './support/lanes';
import { Parley } from './support/parley';
import { seededFolder } from './support/seed-once';
import { expect, test } from './support/test';

const CONVERSATIONS = 40;
/** Acknowledged messages after which the server is killed, round by round. */
const KILLED_AFTER = [80, 150, 120];

test('a server that is killed again and again in the middle of a burst loses and doubles nothing, and finishes by itself what it had begun', async ({
  provider,
}) => {
  test.setTimeout(300_000);
  const parley = await Parley.start({ from: seededFolder(), vars: provider.vars });
  try {
    const { origin } = parley;
    const agents = await Promise.all([signIn(origin, 'ana'), signIn(origin, 'ben')]);
    const customers = await Promise.all(
      Array.from({ length: CONVERSATIONS }, (_, i) => Customer.on(i % 2 ? 'whatsapp' : 'webhook', origin)),
    );
    // Slow enough that every kill meets some sends under way.
    for (const [i, { address }] of customers.entries()) provider.behave(address, { delayMs: 20 + (i % 8) * 30 });
    const burst = new Burst(origin, customers, agents);

    for (const [round, acks] of KILLED_AFTER.entries()) {
      const goal = burst.acked + acks;
      burst.start();
      await expect.poll(() => burst.acked, { timeout: 60_000, intervals: [20] }).toBeGreaterThanOrEqual(goal);
      // In this order: what is under way is cut off, and nothing is thrown at a dead server.
      const stopped = burst.stop();
      await parley.kill9();
      await stopped;
      await parley.restart();
      if (round === KILLED_AFTER.length - 1) break;
      await burst.redeliver();
      await burst.resend();
    }
    expect(burst.oddAnswers).toEqual([]);
    expect(burst.accepted, 'the agents were in it').toBeGreaterThan(10);

    await test.step('what was acknowledged reaches the list although nobody touches its conversation', async () => {
      const latest = new Map<string, number>();
      for (const { customer, said, acked } of burst.posted) {
        const at = customer.provider === 'whatsapp' ? Math.floor(said.at / 1_000) * 1_000 : said.at;
        if (acked) latest.set(customer.conversationId, Math.max(at, latest.get(customer.conversationId) ?? 0));
      }
      const behind = async () => {
        const rows = new Map((await topRows(agents[0])).map((row) => [row.id, row.lastInboundAt]));
        return [...latest].filter(([id, at]) => (rows.get(id) ?? 0) < at).map(([id]) => id);
      };
      await expect.poll(behind, { timeout: 60_000 }).toEqual([]);
    });

    await burst.redeliver();
    await burst.resend();
    expect(burst.sent.filter(({ outcome }) => outcome === 'unknown')).toEqual([]);

    await test.step('every send is settled', async () => {
      const unsettled = async () => {
        const threads = await Promise.all(customers.map((customer) => threadOf(agents[0], customer)));
        return threads.flat().filter(({ delivery }) => delivery?.status === 'queued' || delivery?.status === 'sending').length;
      };
      await expect.poll(unsettled, { timeout: 60_000, intervals: [1_000] }).toBe(0);
    });

    for (const customer of customers) {
      const messages = await threadOf(agents[0], customer);
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1));

      const posted = burst.posted.filter((one) => one.customer === customer).map(({ said }) => said.id);
      const stored = messages.filter(({ direction, kind }) => direction === 'inbound' && kind === 'text');
      expect(stored.map(({ providerMessageId }) => providerMessageId).sort()).toEqual(posted.sort());

      const sent = burst.sent.filter((one) => one.customer === customer);
      const outbound = messages.filter(({ delivery }) => delivery !== null);
      expect(outbound.map(({ id }) => id).sort()).toEqual(
        sent
          .filter(({ outcome }) => outcome === 'accepted')
          .map(({ input }) => input.messageId)
          .sort(),
      );
      for (const { id, delivery } of outbound) {
        const calls = provider.callsFor(id).length;
        expect(['sent', 'unknown']).toContain(delivery?.status);
        expect(calls, `${id} is ${delivery?.status}`).toBeLessThanOrEqual(1);
        if (delivery?.status === 'sent') expect(calls).toBe(1);
      }
      const refused = sent.filter(({ outcome }) => outcome === 'refused');
      for (const { input } of refused) expect(provider.callsFor(input.messageId)).toEqual([]);
    }

    await test.step('the list ends up with exactly what the conversations are', async () => {
      const differing = async () => {
        const rows = new Map((await topRows(agents[0])).map((row) => [row.id, row]));
        const truths = await Promise.all(
          customers.map(({ conversationId: id }) =>
            agents[0].api.conversations.get.query({ id }).then((thread) => thread.conversation),
          ),
        );
        return truths.filter((truth) => !isDeepStrictEqual(rows.get(truth.id), truth)).map(({ id }) => id);
      };
      await expect.poll(differing, { timeout: 60_000, intervals: [1_000] }).toEqual([]);
    });
    expect(provider.complaints.splice(0)).toEqual([]);
  } finally {
    await parley.remove();
  }
});

test('a message that was acknowledged is on the list after a kill, also where no alarm of its conversation looks after it', async () => {
  test.setTimeout(120_000);
  const parley = await Parley.start({ from: seededFolder() });
  try {
    const { origin } = parley;
    const ana = await signIn(origin, 'ana');
    const customers = await Promise.all(Array.from({ length: 60 }, () => Customer.on('webhook', origin)));
    await inLanes(16, customers, (customer) => customer.says('Are you there?'));
    // Until the alarms of that have rung: the next ones are a day off.
    await wait(8_000);
    const acked = new Set<string>();
    const posts = customers.map(async (customer) => {
      await customer.says('Hello?');
      acked.add(customer.conversationId);
    });
    await expect.poll(() => acked.size, { timeout: 60_000, intervals: [5] }).toBeGreaterThanOrEqual(25);
    await parley.kill9();
    await Promise.allSettled(posts);
    await parley.restart();
    const behind = async () => {
      const texts = new Map((await topRows(ana)).map(({ id, lastMessage }) => [id, lastMessage.text]));
      return [...acked].filter((id) => texts.get(id) !== 'Hello?');
    };
    await expect.poll(behind, { timeout: 60_000 }).toEqual([]);
  } finally {
    await parley.remove();
  }
});

/** The rows at the top of the list: ours, as nobody else writes here. */
async function topRows({ api }: Session): Promise<Summary[]> {
  return (await api.conversations.list.query({ tab: 'active', limit: 100 })).items;
}

/** All messages of a conversation, ascending. */
async function threadOf({ api }: Session, { conversationId: id }: Customer): Promise<Message[]> {
  const latest = await api.conversations.get.query({ id });
  let { messages, hasMore } = latest;
  while (hasMore) {
    const page = await api.conversations.messages.query({ id, beforeSeq: messages[0]?.seq ?? 1, limit: 100 });
    messages = [...page.messages, ...messages];
    hasMore = page.hasMore;
  }
  return messages;
}
