import { type Bench, type Measured, measured } from '../bench.ts';
import { together } from '../crowd.ts';
import type { Dashboard } from '../dashboard.ts';
import { ms } from '../report.ts';
import { spreadOf } from '../stats.ts';
import { conversationIdOf } from '../whatsapp.ts';
import { Claimed } from './acts.ts';

/** Between two ordinary calls of the same kind. */
const PAUSE_MS = 100;

const sleep = (wait: number) => new Promise<void>((wake) => setTimeout(wake, wait));

/** All dashboards are cut off at once and come back, while somebody else goes on working in the conversation of `address`. */
export async function storms(
  bench: Bench,
  all: readonly Dashboard[],
  { floor, address }: { floor: Measured; address: string },
): Promise<void> {
  for (const { name, random, isDeploy } of [
    // The shortest of the page's waits, the same for all.
    { name: 'the network breaks, without jitter', random: () => 0, isDeploy: false },
    { name: 'a deploy, the page’s own back-off', random: Math.random, isDeploy: true },
  ]) {
    if (!bench.hasTimeFor(`reconnect storm: ${name}`)) return;
    const failed = failuresOf(all);
    const others = await Others.begin(bench, address);
    const back = await measured(bench.product, () => {
      for (const one of all) {
        one.cut();
        // After a deploy the hub remembers nothing, and tells everybody to read the list anew.
        if (isDeploy) one.heardAt = null;
      }
      return together(all, (one) => one.comeBack(random)).finally(() => others.end());
    });
    bench.report({
      group: 'Reconnect storm, from the cut until a dashboard is whole again',
      name: `${all.length} dashboards: ${name}`,
      product: back,
      floor: { name: 'a socket to an object and a `SELECT 1`, all at once', measured: floor },
      beside: `the last after ${ms(back.max)}, of the floor ${ms(floor.max)} (${floor.failures} failed); ${failuresOf(all) - failed} tries given up after 10 s; ${await others.told()}`,
    });
  }
}

const failuresOf = (all: readonly Dashboard[]): number => all.reduce((sum, { cost }) => sum + cost.failures, 0);

/** What an agent who was not cut off waits for: a list and a send, each again and again with a pause between. */
class Others {
  #isOver = false;
  readonly #lanes: Promise<string>[];

  private constructor(calls: Record<string, () => Promise<unknown>>) {
    this.#lanes = Object.entries(calls).map(([name, call]) => this.#lane(name, call));
  }

  static async begin({ agent }: Bench, address: string): Promise<Others> {
    const id = conversationIdOf(address);
    const { epoch } = Claimed.parse(JSON.parse(await agent.mutate('conversations.claim', { id }))).result.data;
    const message = { id, epoch, seenSeq: 1_000_000, text: 'We are on it.' };
    return new Others({
      'a list': () => agent.query('conversations.list', { tab: 'active' }),
      'a send': () => agent.mutate('conversations.send', { ...message, messageId: crypto.randomUUID() }),
    });
  }

  end(): void {
    this.#isOver = true;
  }

  async told(): Promise<string> {
    return `meanwhile ${(await Promise.all(this.#lanes)).join(', ')}`;
  }

  async #lane(name: string, call: () => Promise<unknown>): Promise<string> {
    const times: number[] = [];
    let failures = 0;
    while (!this.#isOver) {
      const start = performance.now();
      await call().then(
        () => times.push(performance.now() - start),
        () => (failures += 1),
      );
      await sleep(PAUSE_MS);
    }
    const { n, p50, max } = spreadOf(times);
    return `${name} ${ms(p50)}, at most ${ms(max)} (n ${n}${failures > 0 ? `, ${failures} failed` : ''})`;
  }
}
