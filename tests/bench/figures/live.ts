import { Arrivals, mark, watch } from '../arrivals.ts';
import { type Bench, measured, putAway } from '../bench.ts';
import { atRate } from '../load.ts';
import { PlainSocket } from '../socket.ts';
import { conversationIdOf, deliveryOf, WEBHOOK_PATH } from '../whatsapp.ts';
import { regulars } from './intake.ts';

const RATE = 20;
const CONVERSATIONS = 200;
/** Dashboards that have a conversation open, each its own. */
const THREADS = 20;
const LOST_MS = 5_000;
const GROUP = 'Live, webhook POST to frame';

/** From the moment a provider's call is due to the frame in a dashboard's socket: on the list, and in an open conversation. */
export async function live(bench: Bench): Promise<void> {
  const { plan, product, floors, agent } = bench;
  await putAway(bench);
  const people = regulars(plan.batches).slice(0, CONVERSATIONS);
  const arrivals = new Arrivals();
  const onFrame = watch(arrivals);
  const floorSocket = await PlainSocket.open(floors.client.origin, '/live/floor', {}, onFrame);
  const floor = await measured(floors, () =>
    atRate(RATE, plan.floorSeconds * 1000, async () => {
      const text = mark();
      const arrived = arrivals.expect(text, LOST_MS);
      await Promise.all([arrived, floors.client.expect(200, 'POST', '/append/floor', {}, text)]);
    }),
  );
  floorSocket.close();
  const floorOf = { name: 'object append and its frame', measured: floor };

  const messageTo = async (address: string | undefined) => {
    if (address === undefined) throw new Error('nobody to write');
    const text = mark();
    const { headers, body } = deliveryOf([{ address, text }]);
    const arrived = arrivals.expect(text, LOST_MS);
    const posted = product.client.expect(200, 'POST', WEBHOOK_PATH, headers, body);
    // The frame may be there before the answer; a call that fails has no frame to wait for.
    await Promise.race([arrived, posted.then(() => arrived)]);
  };
  const run = (addresses: readonly string[]) =>
    measured(product, () => atRate(RATE, plan.seconds * 1000, (i) => messageTo(addresses[i % addresses.length])));

  const inbox = await agent.live('/live/inbox', onFrame);
  const onList = await run(people);
  inbox.close();
  bench.report({ group: GROUP, name: `list, ${RATE}/s over ${people.length} conversations`, product: onList, floor: floorOf });

  if (!bench.hasTimeFor('live, conversation')) return;
  const open = people.slice(0, THREADS);
  const sockets = await Promise.all(
    open.map((address) => agent.live(`/live/conversations/${conversationIdOf(address)}`, onFrame)),
  );
  const inThread = await run(open);
  for (const socket of sockets) socket.close();
  bench.report({ group: GROUP, name: `open conversation, ${RATE}/s over ${THREADS}`, product: inThread, floor: floorOf });
}
