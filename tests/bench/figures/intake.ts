import { Arrivals, mark, watch } from '../arrivals.ts';
import { type Bench, measured, putAway } from '../bench.ts';
import { atRate, closed, oneByOne } from '../load.ts';
import { spreadOf } from '../stats.ts';
import { addressesOf, deliveryOf, WEBHOOK_PATH, type Delivery } from '../whatsapp.ts';

/** No batch is begun past this. */
const BATCHES_MS = 20_000;
/** A row that is not on the list by then counts as lost. */
const SHOWN_MS = 20_000;
/** What follows a large delivery may begin some seconds after it. */
const REST_MS = 4_000;
const BATCH_UPDATES = 1_000;
const BATCH_CONVERSATIONS = 300;
/** The product's own number of objects called at once for one delivery. */
const BATCH_WIDTH = 32;
/** A batch that is not taken after so many tries counts as failed. */
const MAX_REDELIVERIES = 6;
const NEW_PEOPLE_RATE = 20;
const FLOOR_TEXT = 'x'.repeat(400);

/** Groups of numbers: what one figure warms up, another may use. */
const NEWCOMERS = 100;
const HOT = 101;

/** Everybody that the batches have made known. */
export const regulars = (batches: number): string[] =>
  Array.from({ length: batches }, (_, group) => addressesOf(group, BATCH_CONVERSATIONS)).flat();

/** The objects that the batches' floor has made, one for each of the regulars: known ones beside known ones. */
const knownObjects = (batches: number): string[] =>
  Array.from({ length: batches }, (_, group) =>
    Array.from({ length: BATCH_CONVERSATIONS }, (_, i) => `batch-${group}-${i}`),
  ).flat();

const pick = <T>(values: readonly T[], i: number): T => {
  const value = values[i % values.length];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
};

const post = async ({ product }: Bench, { headers, body }: Delivery): Promise<void> => {
  await product.client.expect(200, 'POST', WEBHOOK_PATH, headers, body);
};

/** Delivers as a provider does: what is not taken comes again. Says how often it was not. */
async function redeliver({ product }: Bench, { headers, body }: Delivery): Promise<number> {
  for (let refused = 0; refused < MAX_REDELIVERIES; refused++) {
    const { status } = await product.client.call('POST', WEBHOOK_PATH, headers, body);
    if (status === 200) return refused;
    if (status !== 503) throw new Error(`a batch was answered with ${status}`);
  }
  throw new Error('a batch was never taken');
}

const append = async ({ floors }: Bench, object: string): Promise<void> => {
  await floors.client.expect(200, 'POST', `/append/${object}`, {}, FLOOR_TEXT);
};

/** One message for each, in turn, made and signed before the clock runs. */
const deliveriesTo = (addresses: readonly string[], count: number): Delivery[] =>
  Array.from({ length: count }, (_, i) => deliveryOf([{ address: pick(addresses, i), text: `Message ${i} of the benchmark` }]));

/** A delivery of 1,000 messages for 300 conversations; `lasts` are the texts that the list ends up with. */
function batch(group: number): Delivery & { lasts: string[] } {
  const lasts = Array.from({ length: BATCH_CONVERSATIONS }, mark);
  const addresses = addressesOf(group, BATCH_CONVERSATIONS);
  const isLast = (n: number) => n >= BATCH_UPDATES - BATCH_CONVERSATIONS;
  const updates = Array.from({ length: BATCH_UPDATES }, (_, n) => ({
    address: pick(addresses, n),
    text: isLast(n) ? pick(lasts, n) : `Message ${n}`,
  }));
  return { ...deliveryOf(updates), lasts };
}

/** One call with 1,000 messages for 300 conversations, which are new the first time: to its 200, and until all are on the list. */
export async function batches(bench: Bench): Promise<void> {
  const { plan, product, floors, agent } = bench;
  const group = 'Webhook, 1,000 messages of 300 conversations in one call';
  const query = `objects=${BATCH_CONVERSATIONS}&updates=${BATCH_UPDATES}&width=${BATCH_WIDTH}`;
  const arrivals = new Arrivals();
  const inbox = await agent.live('/live/inbox', watch(arrivals));
  for (const [name, floorName] of [
    ['new conversations', '300 new objects, a table and rows each'],
    ['known conversations', '300 known objects, rows each'],
  ] as const) {
    const floor = await measured(floors, () =>
      oneByOne(plan.batches, BATCHES_MS, async (i) => {
        await floors.client.expect(200, 'POST', `/appends/batch-${i}?${query}`, {}, FLOOR_TEXT);
      }),
    );
    const made = Array.from({ length: plan.batches }, (_, i) => batch(i));
    let refused = 0;
    const answeredMs: number[] = [];
    const shown = await measured(
      product,
      () =>
        oneByOne(plan.batches, BATCHES_MS, async (i) => {
          const start = performance.now();
          const one = pick(made, i);
          const onList = Promise.all(one.lasts.map((text) => arrivals.expect(text, SHOWN_MS)));
          const taken = redeliver(bench, one).then((times) => {
            refused += times;
            answeredMs.push(performance.now() - start);
          });
          await Promise.all([taken, onList]);
        }),
      REST_MS,
    );
    const beside = refused > 0 ? `${refused} × 503 and sent again, until 200` : 'no 503';
    const answered = { ...shown, ...spreadOf(answeredMs), failures: plan.batches - answeredMs.length };
    bench.report({ group, name: `${name}, to the 200`, product: answered, floor: { name: floorName, measured: floor }, beside });
    bench.report({ group, name: `${name}, until the last is on the list`, product: shown, floor: null });
  }
  inbox.close();
}

/** A steady stream, open loop: to many conversations, to one, and from people who write for the first time. */
export async function steady(bench: Bench): Promise<void> {
  const { plan, product, floors } = bench;
  const known = regulars(plan.batches);
  const streams = [
    ...plan.rates.map((rate) => ({
      name: `${rate}/s to ${known.length} conversations`,
      rate,
      addresses: known,
      objects: knownObjects(plan.batches),
      seconds: plan.seconds,
    })),
    { name: '50/s to one conversation', rate: 50, addresses: addressesOf(HOT, 1), objects: ['hot'], seconds: plan.seconds / 2 },
    {
      name: `${NEW_PEOPLE_RATE}/s, each a new conversation`,
      rate: NEW_PEOPLE_RATE,
      addresses: addressesOf(NEWCOMERS, 10_000),
      objects: addressesOf(NEWCOMERS, 10_000),
      seconds: plan.seconds / 2,
    },
  ];
  for (const { name, rate, addresses, objects, seconds } of streams) {
    if (!bench.hasTimeFor(`webhook ${name}`)) return;
    const ms = plan.floorSeconds * 1000;
    const floor = await measured(floors, () => atRate(rate, ms, (i) => append(bench, pick(objects, i))));
    const made = deliveriesTo(addresses, rate * seconds);
    const figure = await measured(product, () => atRate(rate, seconds * 1000, (i) => post(bench, pick(made, i))));
    bench.report({
      group: 'Webhook, POST to 200 (open loop)',
      name,
      product: figure,
      floor: { name: `object append at ${rate}/s`, measured: floor },
    });
  }
}

/** As many as it takes, closed loop, more and more at once. Floor and product do the same work: as often an object that has to be opened. */
export async function highest(bench: Bench): Promise<void> {
  const { plan, product, floors } = bench;
  const known = regulars(plan.batches);
  const objects = knownObjects(plan.batches);
  const count = known.length * plan.widthTurns;
  for (const width of plan.widths) {
    if (!bench.hasTimeFor(`webhook, ${width} at once`)) return;
    await putAway(bench);
    const floor = await measured(floors, () => closed(width, count, (i) => append(bench, pick(objects, i))));
    // Signing costs the load generator little, so that there is no need to guess how many there will be.
    const figure = await measured(product, () =>
      closed(width, count, (i) => post(bench, deliveryOf([{ address: pick(known, i), text: `Message ${i}` }]))),
    );
    bench.report({
      group: 'Webhook, highest rate (closed loop)',
      name: `${width} at once`,
      product: figure,
      floor: { name: `object append, ${width} at once`, measured: floor },
      beside: `${Math.round(figure.perSecond)}/s; floor ${Math.round(floor.perSecond)}/s, ${(floor.perSecond / figure.perSecond).toFixed(1)}×`,
    });
  }
}
