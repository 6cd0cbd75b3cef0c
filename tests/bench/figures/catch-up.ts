import { z } from 'zod';
import { type Bench, measured } from '../bench.ts';
import { Dashboard, newest, versionOf } from '../dashboard.ts';
import { oneByOne } from '../load.ts';
import { PlainSocket } from '../socket.ts';
import { addressesOf, conversationIdOf, deliveryOf, WEBHOOK_PATH, type Update } from '../whatsapp.ts';

const AT_MOST_MS = 15_000;
const SHOWN_MS = 20_000;
/** Messages of one call of the provider. */
const AT_ONCE = 100;
const [TALKER, CROWD] = [111, 112];

const ThreadFrame = z.object({ type: z.string(), version: z.number().optional(), messages: z.array(z.unknown()).optional() });

const sleep = (wait: number) => new Promise<void>((wake) => setTimeout(wake, wait));

/** Somebody was away while much happened: from the first byte of coming back until nothing is missing. */
export async function catchUp(bench: Bench): Promise<void> {
  await thread(bench);
  await list(bench);
}

/** Messages in one conversation, which was open all the time. */
async function thread(bench: Bench): Promise<void> {
  const { plan, product, floors, agent } = bench;
  const [address = ''] = addressesOf(TALKER, 1);
  const path = `/live/conversations/${conversationIdOf(address)}`;
  await write(bench, [{ address, text: 'Hello' }]);
  const version = await versionOf(agent, conversationIdOf(address));
  await write(
    bench,
    Array.from({ length: plan.sockets.missed }, (_, i) => ({ address, text: `Message ${i} while nobody looked` })),
  );

  let bytes = 0;
  const back = await measured(product, () =>
    oneByOne(plan.sockets.returns, AT_MOST_MS, async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const socket = await agent.live(
        `${path}?version=${version}`,
        (text) => text.startsWith('{"type":"presence"') || resolve(text),
      );
      const text = await promise;
      socket.close();
      bytes = text.length;
      const frame = ThreadFrame.parse(JSON.parse(text));
      if (frame.type !== 'catchUp' || frame.messages?.length !== plan.sockets.missed) throw new Error(`${frame.type} came back`);
    }),
  );
  const floor = await measured(floors, () =>
    oneByOne(plan.sockets.returns, AT_MOST_MS, async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const socket = await PlainSocket.open(floors.client.origin, `/live/floor?bytes=${bytes}`, {}, resolve);
      await promise;
      socket.close();
    }),
  );
  bench.report({
    group: GROUP,
    name: `${plan.sockets.missed} messages of the open conversation`,
    product: back,
    floor: { name: 'a socket to an object and as many bytes', measured: floor },
    beside: `one call, the socket; ${kilobytes(bytes)}`,
  });
}

const GROUP = 'Catch-up, from coming back until nothing is missing';
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

/** Conversations on the list, of which one page, or as many as were missed, had been loaded. */
async function list(bench: Bench): Promise<void> {
  const { plan, product, floors, agent } = bench;
  const addresses = addressesOf(CROWD, plan.sockets.missed);
  const witness = new Dashboard(agent);
  await witness.connect();
  const everywhere = (version: number) =>
    addresses.every((address) => (witness.versions.get(conversationIdOf(address)) ?? 0) >= version);
  await write(
    bench,
    addresses.map((address) => ({ address, text: 'Hello' })),
  );
  await until(() => everywhere(1));
  const { heardAt } = witness;
  const known = new Map(witness.versions);
  await write(
    bench,
    addresses.map((address) => ({ address, text: 'While nobody looked' })),
  );
  await until(() => addresses.map(conversationIdOf).every((id) => (witness.versions.get(id) ?? 0) > (known.get(id) ?? 0)));
  witness.cut();
  const truth = await newest(agent, plan.sockets.missed);

  for (const rows of [50, plan.sockets.missed]) {
    let cost = { calls: 0, bytes: 0 };
    const back = await measured(product, () =>
      oneByOne(plan.sockets.returns, AT_MOST_MS, async () => {
        const one = new Dashboard(agent, rows);
        one.heardAt = heardAt;
        await one.open();
        one.cut();
        cost = one.cost;
        const isWhole = [...truth].slice(0, rows).every(([id, version]) => (one.versions.get(id) ?? 0) >= version);
        if (!isWhole) throw new Error('rows are missing');
      }),
    );
    const floor = await measured(floors, () =>
      oneByOne(plan.sockets.returns, AT_MOST_MS, async () => {
        const socket = await PlainSocket.open(floors.client.origin, '/live/floor', {}, () => undefined);
        for (let call = 1; call < cost.calls; call += 1) await floors.client.expect(200, 'GET', '/select');
        socket.close();
      }),
    );
    bench.report({
      group: GROUP,
      name: `${plan.sockets.missed} changed conversations, ${rows} rows loaded`,
      product: back,
      floor: { name: `a socket to an object and ${cost.calls - 1} × \`SELECT 1\``, measured: floor },
      beside: `${cost.calls} calls, the socket among them; ${kilobytes(cost.bytes)}`,
    });
  }
}

/** Delivers messages as a provider does that has a queue of them. */
async function write({ product }: Bench, updates: readonly Update[]): Promise<void> {
  for (let i = 0; i < updates.length; i += AT_ONCE) {
    const { headers, body } = deliveryOf(updates.slice(i, i + AT_ONCE));
    await product.client.expect(200, 'POST', WEBHOOK_PATH, headers, body);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 20) {
    if (waited > SHOWN_MS) throw new Error('the list does not show what was written');
    await sleep(20);
  }
}
