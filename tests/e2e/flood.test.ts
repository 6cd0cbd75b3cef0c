import type { Message } from '../../src/lib/domain/message';
import { rulesOf } from '../../src/lib/domain/provider-rules';
import { randomFrom } from '../../workers/demo/random';
import { signIn, type Session } from './support/agent';
import { Courier, deliveriesOf, type Delivery } from './support/courier';
import { Customer } from './support/customer';
import { inLanes } from './support/lanes';
import { Parley } from './support/parley';
import { seededFolder } from './support/seed-once';
import { size } from './support/soak';
import { expect, test } from './support/test';
import { threadOf } from './support/thread';
import type { ProviderName, Said } from './support/wire';

const providers: ProviderName[] = ['whatsapp', 'messenger', 'telegram', 'webhook'];
const EVENTS = size({ soak: 10_000, normal: 400 });
const CONVERSATIONS = size({ soak: 100, normal: 8 });
const KILLS = size({ soak: 3, normal: 1 });
const AT_ONCE = 64;
/** Late repeats at once, and of how many deliveries there is one. */
const LATE_AT_ONCE = 16;
const LATE = 1 / 10;
/** Readings of threads and acts of the agent at once. */
const READING = 8;
const SEED = Number(process.env.SEED ?? 20_261_122);

type Flooded = { customer: Customer; said: Said[] };

test('of events that come one to five times, in any order, through kills of the server, each is one message, one unread, and one change of a ticket', async () => {
  test.setTimeout(size({ soak: 3_600_000, normal: 300_000 }));
  const random = randomFrom(SEED);
  const parley = await Parley.start({ from: seededFolder() });
  try {
    const { origin } = parley;
    const ana = await signIn(origin, 'ana');
    const flooded = (await Promise.all(providers.map((provider) => customersOf(provider, origin)))).flat();
    await inLanes(READING, flooded, async ({ customer }) => {
      await customer.says('Thank you, that was all');
      await closeTicket(ana, customer);
    });

    const deliveries = random.shuffle(
      providers.flatMap((provider) => deliveriesOf(provider, messagesOf(flooded, provider), random)),
    );
    const courier = new Courier(origin);
    const begun = Date.now();
    let downMs = 0;
    await Promise.all([courier.carry(deliveries, AT_ONCE), killing()]);
    async function killing() {
      for (let kill = 1; kill <= KILLS; kill++) {
        const from = (deliveries.length * kill) / (KILLS + 1);
        await expect.poll(() => courier.acked, { timeout: 1_800_000, intervals: [20] }).toBeGreaterThanOrEqual(from);
        const killedAt = Date.now();
        await courier.pause(async () => {
          await parley.kill9();
          await parley.restart();
        });
        downMs += Date.now() - killedAt;
      }
    }
    report(deliveries, courier, Date.now() - begun - downMs);
    expect(oddAnswersTo(courier)).toEqual([]);

    await test.step('stored is what was sent, in one order without a gap, and the ticket was opened once', () =>
      inLanes(READING, flooded, async ({ customer, said }) => {
        const { conversation, messages } = await threadOf(ana, customer);
        expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1));
        const [, ...stored] = messages.filter(({ direction }) => direction === 'inbound');
        expect(stored.map(({ providerMessageId }) => providerMessageId).sort()).toEqual(said.map(({ id }) => id).sort());
        expect(new Map(stored.map((message) => [message.providerMessageId, message.text]))).toEqual(textsOf(said));
        expect(conversation).toMatchObject({ ticketStatus: 'new', unread: said.length, unanswered: true });
        expect(ticketChangesOf(messages)).toEqual(['new → closed', 'closed → new']);
      }));

    await test.step('a repeat that comes after all that is acknowledged and changes nothing, least of all a closed ticket', async () => {
      await inLanes(READING, flooded, ({ customer }) => closeTicket(ana, customer));
      const before = await inLanes(READING, flooded, ({ customer }) => threadOf(ana, customer));
      const late = new Courier(origin);
      const repeats = deliveries.slice(0, Math.ceil(deliveries.length * LATE)).map((delivery) => ({ ...delivery, acked: false }));
      await late.carry(repeats, LATE_AT_ONCE);
      expect(oddAnswersTo(late)).toEqual([]);
      expect(late.answers.get(200)).toBe(repeats.length);
      expect(await inLanes(READING, flooded, ({ customer }) => threadOf(ana, customer))).toEqual(before);
    });
  } finally {
    await parley.remove();
  }
});

async function customersOf(provider: ProviderName, origin: string): Promise<Flooded[]> {
  const customers = await Promise.all(Array.from({ length: CONVERSATIONS }, () => Customer.on(provider, origin)));
  const said = customers.map((): Said[] => []);
  for (let i = 0; i < EVENTS; i++) {
    const whose = i % CONVERSATIONS;
    const one = customers[whose]?.message(`Message ${i + 1} on ${rulesOf(provider).title}`);
    if (one) said[whose]?.push(one);
  }
  return customers.map((customer, i) => ({ customer, said: said[i] ?? [] }));
}

function messagesOf(flooded: readonly Flooded[], provider: ProviderName): Said[] {
  return flooded.filter(({ customer }) => customer.provider === provider).flatMap(({ said }) => said);
}

const textsOf = (said: readonly Said[]) => new Map(said.map(({ id, text }) => [id, text]));

async function closeTicket({ api: { conversations } }: Session, { conversationId: id }: Customer): Promise<void> {
  const claim = await conversations.claim.mutate({ id });
  if (!claim.granted) throw new Error('Somebody else has it');
  await conversations.close.mutate({ id, epoch: claim.epoch, ticketStatus: 'closed' });
}

function ticketChangesOf(messages: readonly Message[]): string[] {
  return messages.flatMap(({ activity }) => (activity?.type === 'ticket' ? [`${activity.from} → ${activity.to}`] : []));
}

/** Besides 200: the line was cut (0), or it was told to come again (503) and did. Anything else would make a provider give up one day. */
const oddAnswersTo = ({ answers }: Courier): number[] => [...answers.keys()].filter((answer) => ![0, 200, 503].includes(answer));

function report(deliveries: readonly Delivery[], courier: Courier, ms: number): void {
  const { posts, answers } = courier;
  const events = EVENTS * providers.length;
  const messages = deliveries.reduce((sum, delivery) => sum + delivery.messages.length, 0);
  const figures = [
    `seed ${SEED}: ${events} events in ${CONVERSATIONS * providers.length} conversations`,
    `${messages} messages in ${posts} posts, ${AT_ONCE} at once`,
    `${(ms / 1_000).toFixed(1)} s up, ${Math.round(posts / (ms / 1_000))} posts/s`,
    `${KILLS} kills, ${answers.get(0) ?? 0} posts cut off, ${answers.get(503) ?? 0} told to come again`,
  ];
  console.log(`  flood: ${figures.join('; ')}`);
}
