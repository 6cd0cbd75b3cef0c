import { randomUUID } from 'node:crypto';
import type { DeliveryStatus } from '../../src/lib/domain/delivery';
import { randomFrom } from '../../workers/demo/random';
import { signIn, type Session } from './support/agent';
import { Customer } from './support/customer';
import { FaultPlan, type Judged } from './support/fault-plan';
import { inLanes } from './support/lanes';
import { Parley } from './support/parley';
import { StubProvider } from './support/provider';
import { seededFolder } from './support/seed-once';
import { size } from './support/soak';
import { expect, test } from './support/test';
import { threadOf } from './support/thread';
import type { ProviderName } from './support/wire';

const providers: ProviderName[] = ['whatsapp', 'messenger', 'telegram', 'webhook'];
const SENDS = size({ soak: 5_000, normal: 250 });
/** Many, because Telegram takes one message a second of each. */
const CONVERSATIONS = size({ soak: 500, normal: 72 });
/** Sends that are never answered: each holds its conversation up for the 15 s that we wait. */
const SILENT = size({ soak: 50, normal: 3 });
/** Conversations that each agent writes in at once. */
const WRITING = 8;
const READING = 8;
const SEED = Number(process.env.SEED ?? 7);

/** One message of an agent: its number says when it was sent among those of its conversation. */
type Sent = { number: number; messageId: string };
type Talk = { customer: Customer; agent: Session; sent: Sent[] };

test('through a provider that fails in every way it has, each message goes out once, in order, or is known to be in doubt', async () => {
  test.setTimeout(size({ soak: 3_600_000, normal: 300_000 }));
  const random = randomFrom(SEED);
  const silent = random.shuffle(Array.from({ length: SENDS }, (_, i) => i + 1)).slice(0, SILENT);
  const plan = new FaultPlan(SEED, new Set(silent));
  const provider = await StubProvider.start();
  provider.follow(plan.decide);
  const parley = await Parley.start({ from: seededFolder(), vars: provider.vars });
  try {
    const { origin } = parley;
    const agents = await Promise.all([signIn(origin, 'ana'), signIn(origin, 'ben')]);
    const talks = await talksOf(agents, origin);
    await inLanes(READING, talks, ({ customer }) => customer.says('Are you there?'));

    const begun = Date.now();
    await Promise.all(
      agents.map((agent) =>
        inLanes(
          WRITING,
          talks.filter((talk) => talk.agent === agent),
          write,
        ),
      ),
    );
    const accepted = Date.now() - begun;
    const statuses = new Map<number, DeliveryStatus>();
    const unsettled = async () => {
      const open = talks.filter(({ sent }) => sent.some(({ number }) => !isSettled(statuses.get(number))));
      await inLanes(READING, open, async (talk) => {
        for (const [number, status] of await statusesOf(talk)) statuses.set(number, status);
      });
      return open.flatMap(({ customer, sent }) => {
        const left = sent.filter(({ number }) => !isSettled(statuses.get(number)));
        return left.map(({ number }) => `${customer.provider} ${number}: ${statuses.get(number)}`);
      });
    };
    await expect.poll(unsettled, { timeout: size({ soak: 1_800_000, normal: 200_000 }), intervals: [1_000] }).toEqual([]);
    report(plan, accepted, Date.now() - begun);
    expect(provider.complaints).toEqual([]);

    await test.step('every fault has its end: a refusal is delivered later, a doubt stays one, a final no is a failure', () => {
      const last = new Map(plan.judged.map((one) => [one.number, one]));
      const expected = talks.flatMap(({ sent }) => sent).map(({ number }) => [number, endOf(last.get(number))]);
      expect([...statuses].sort(([a], [b]) => a - b)).toEqual(expected.sort(([a], [b]) => Number(a) - Number(b)));
      const { taken, ...seen } = plan.counts();
      expect(Object.values(seen).every((n) => n > 0) && taken > 0, 'every verdict was given').toBe(true);
      expect(silent.every((number) => statuses.get(number) === 'unknown')).toBe(true);
    });

    await test.step('nothing was called again that may have been taken, nothing overtook, nobody came before their time', () => {
      for (const { customer, sent } of talks) {
        const calls = plan.judged.filter(({ call }) => call.address === customer.address);
        const ended = calls.filter(({ verdict }) => verdict !== 'refused').map(({ number }) => number);
        expect(ended).toEqual(sent.map(({ number }) => number));
        const numbers = calls.map(({ number }) => number);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        for (const [i, { call, notBefore }] of calls.entries()) {
          expect(calls[i + 1]?.call.at ?? Infinity, call.text).toBeGreaterThanOrEqual(notBefore);
        }
      }
    });

    await test.step('our id goes with every call of a message that has one', () => {
      const numbers = new Map(talks.flatMap(({ sent }) => sent).map(({ number, messageId }) => [number, messageId]));
      for (const { call, number } of plan.judged) expect([null, numbers.get(number)]).toContain(call.messageId);
    });

    await test.step('what the provider reports of a message in doubt settles it, without another call', async () => {
      const calls = plan.judged.length;
      const doubted = plan.judged.filter(({ number }) => statuses.get(number) === 'unknown');
      await inLanes(READING, doubted, async ({ call, number }) => {
        if (call.provider === 'telegram') return;
        const status = number % 2 === 0 ? 'sent' : 'delivered';
        // Of Messenger's the echo, which has our id, comes first: its receipts know only Messenger's.
        if (call.provider === 'messenger') await provider.report(origin, call, 'sent');
        await provider.report(origin, call, status);
        statuses.set(number, status);
      });
      const now = (await inLanes(READING, talks, statusesOf)).flatMap((found) => [...found]);
      expect(new Map(now)).toEqual(statuses);
      expect(plan.judged.length).toBe(calls);
    });
  } finally {
    await parley.remove();
    await provider.close();
  }
});

/** The conversations, the agents' in turn; each gets its share of the sends. */
async function talksOf(agents: readonly Session[], origin: string): Promise<Talk[]> {
  const made = Array.from({ length: CONVERSATIONS }, async (_, i): Promise<Talk[]> => {
    const provider = providers[i % providers.length];
    const agent = agents[Math.floor(i / providers.length) % agents.length];
    if (!provider || !agent) return [];
    const numbers = Array.from({ length: SENDS }, (_, n) => n + 1).filter((n) => n % CONVERSATIONS === i);
    const sent = numbers.map((number) => ({ number, messageId: randomUUID() }));
    return [{ customer: await Customer.on(provider, origin), agent, sent }];
  });
  return (await Promise.all(made)).flat();
}

/** Opens the conversation and writes everything, without a look at what becomes of it. */
async function write({ customer: { conversationId: id }, agent, sent }: Talk): Promise<void> {
  const { conversations } = agent.api;
  const claim = await conversations.claim.mutate({ id });
  if (!claim.granted) throw new Error('Somebody else has it');
  for (const { number, messageId } of sent) {
    await conversations.send.mutate({ id, messageId, epoch: claim.epoch, seenSeq: 1, text: `This is answer ${number}` });
  }
}

async function statusesOf({ customer, agent, sent }: Talk): Promise<Map<number, DeliveryStatus>> {
  const { messages } = await threadOf(agent, customer);
  const byId = new Map(messages.map(({ id, delivery }) => [id, delivery?.status]));
  return new Map(sent.map(({ number, messageId }) => [number, byId.get(messageId) ?? 'queued']));
}

const isSettled = (status: DeliveryStatus | undefined): boolean =>
  status !== undefined && status !== 'queued' && status !== 'sending';

/** What a message's last call must have led to. */
function endOf(last: Judged | undefined): DeliveryStatus | undefined {
  if (!last) return undefined;
  const ends = { taken: 'sent', doubtful: 'unknown', final: 'failed', refused: undefined } as const;
  return ends[last.verdict];
}

function report(plan: FaultPlan, acceptedMs: number, ms: number): void {
  const { taken, refused, doubtful, final } = plan.counts();
  const seconds = (value: number) => `${(value / 1_000).toFixed(1)} s`;
  const figures = [
    `seed ${SEED}: ${SENDS} sends in ${CONVERSATIONS} conversations, accepted in ${seconds(acceptedMs)}, settled in ${seconds(ms)}`,
    `${plan.judged.length} calls: ${taken} taken, ${refused} refused, ${doubtful} in doubt, ${final} failed for good`,
  ];
  console.log(`  send-faults: ${figures.join('; ')}`);
}
