import { backOffMs } from '../../../src/lib/inbox/live-socket.svelte.ts';
import { type Bench, measured, putAway } from '../bench.ts';
import { Echoes, FloorCrowd, forEach, signIns, together } from '../crowd.ts';
import { Dashboard, versionOf } from '../dashboard.ts';
import { ms } from '../report.ts';
import { addressesOf, conversationIdOf, deliveryOf, WEBHOOK_PATH } from '../whatsapp.ts';
import { catchUp } from './catch-up.ts';
import { storms } from './storms.ts';

/** Who writes while the crowd looks on: few enough that their objects stay awake, as those of a talk do. */
const PEOPLE = addressesOf(110, 50);
/** The smaller crowd, where the whole is larger, and changes a second. */
const [FEW, FEW_RATE] = [100, 20];
const ALL_RATE = 10;

const sleep = (wait: number) => new Promise<void>((wake) => setTimeout(wake, wait));

/** Many dashboards at once: what a change takes to all of them, all of them coming back, and one that comes back to much. */
export async function sockets(bench: Bench): Promise<void> {
  await putAway(bench);
  const { plan, product, floors } = bench;
  const agents = await signIns(product.client, plan.sockets.signIns);
  const { headers, body } = deliveryOf(PEOPLE.map((address) => ({ address, text: 'Hello' })));
  await product.client.expect(200, 'POST', WEBHOOK_PATH, headers, body);
  const each = Math.ceil(plan.sockets.dashboards / agents.length);
  const all = agents
    .flatMap((agent) => Array.from({ length: each }, () => new Dashboard(agent)))
    .slice(0, plan.sockets.dashboards);
  const floor = new FloorCrowd(floors.client);
  // They are pages that have their rows already.
  const connect = (dashboards: readonly Dashboard[]) => forEach(dashboards, (one) => one.connect());
  const few = all.length > FEW ? all.slice(0, FEW) : [];
  if (few.length > 0) {
    await forEach(few, () => floor.come());
    await connect(few);
    await fanOut(bench, few, floor, FEW_RATE);
    floor.cut();
  }
  // The floor of a storm comes first, as its sockets are those of the large crowd's floor.
  const calm = await measured(floors, () =>
    together(all, async () => {
      await sleep(backOffMs(0, 0));
      await floor.come({ asks: true });
    }),
  );
  await connect(all.slice(few.length));
  await fanOut(bench, all, floor, ALL_RATE);
  floor.cut();
  if (bench.hasTimeFor('reconnect storms')) await storms(bench, all, { floor: calm, address: PEOPLE[0] ?? '' });
  for (const one of all) one.cut();
  if (bench.hasTimeFor('catch-up')) await catchUp(bench);
}

async function fanOut(bench: Bench, dashboards: readonly Dashboard[], crowd: FloorCrowd, rate: number): Promise<void> {
  const { plan, product, floors, agent } = bench;
  const echoes = new Echoes(dashboards.length);
  for (const one of dashboards) one.onRows = echoes.saw;
  const before = framesOf(dashboards);
  const shown = await echoes.measure(product, rate, plan.sockets.seconds, async (i, text) => {
    const { headers, body } = deliveryOf([{ address: PEOPLE[i % PEOPLE.length] ?? '', text }]);
    await product.client.expect(200, 'POST', WEBHOOK_PATH, headers, body);
  });
  const after = framesOf(dashboards);
  const perChange = (after.frames - before.frames) / dashboards.length / (rate * plan.sockets.seconds);
  const bytes = Math.round((after.bytes - before.bytes) / (after.frames - before.frames));

  const ids = PEOPLE.slice(0, rate * plan.sockets.seconds).map(conversationIdOf);
  const changed = await forEach(ids, async (id) => ({ id, version: await versionOf(agent, id) }));
  const old = dashboards.flatMap(({ versions }) => changed.filter(({ id, version }) => (versions.get(id) ?? 0) < version));

  const heard = new Echoes(dashboards.length);
  crowd.onText = heard.saw;
  const floor = await heard.measure(floors, rate, plan.floorSeconds, (_, text) => crowd.append(text.padEnd(bytes)));

  const end = old.length === 0 ? 'all end with the newest version of everything' : `${old.length} rows are old at the end`;
  bench.report({
    group: 'Fan-out, webhook POST to the frame at every dashboard',
    name: `${dashboards.length} dashboards, ${rate} changes a second`,
    product: { ...shown, failures: shown.failures + old.length },
    floor: { name: 'object append and its frame at as many sockets', measured: floor },
    beside: `${end}; ${perChange.toFixed(2)} frames of ${bytes} bytes a change; floor p95 ${ms(floor.p95)}, p99 ${ms(floor.p99)}`,
  });
}

function framesOf(dashboards: readonly Dashboard[]): { frames: number; bytes: number } {
  const sum = (key: 'frames' | 'frameBytes') => dashboards.reduce((total, { cost }) => total + cost[key], 0);
  return { frames: sum('frames'), bytes: sum('frameBytes') };
}
