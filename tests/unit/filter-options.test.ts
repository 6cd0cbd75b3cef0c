import { expect, test, vi } from 'vitest';
import { FilterOptions, type CampaignOption } from '../../src/lib/inbox/filter-options.svelte';

// Outside the Svelte compiler a rune is nothing but its value; what the options do, not how they are drawn, is looked at here.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

type Call = { answer: (options: CampaignOption[]) => void; fail: (error: Error) => void };

/** Options that are answered by the test, when it wants. */
function options() {
  const calls: Call[] = [];
  const offered = new FilterOptions({
    campaigns: () => new Promise((answer, fail) => calls.push({ answer, fail })),
    channels: async () => [],
  });
  const answer = async (index: number, ...names: string[]): Promise<void> => {
    calls[index]?.answer(names.map((name) => ({ id: name, name, labels: [`${name}-label`] })));
    await settled();
  };
  const fail = async (index: number): Promise<void> => {
    calls[index]?.fail(new Error('down'));
    await settled();
  };
  return { offered, calls, answer, fail, names: () => offered.campaigns?.map(({ name }) => name) ?? null };
}
const settled = () => new Promise((wake) => setTimeout(wake));

test('a campaign that has started since is offered at the next opening, and until then what there was stays', async () => {
  const { offered, calls, answer, names } = options();
  void offered.load();
  expect(names()).toBeNull();
  await answer(0, 'spring');
  void offered.load();
  expect(names()).toEqual(['spring']);
  await answer(1, 'spring', 'summer');
  expect([names(), offered.labels]).toEqual([['spring', 'summer'], ['spring-label', 'summer-label']]); // prettier-ignore
  expect(calls).toHaveLength(2);
});

test('opened twice at once it is asked once', async () => {
  const { offered, calls, answer } = options();
  void offered.load();
  void offered.load();
  void offered.loadOnce();
  expect(calls).toHaveLength(1);
  await answer(0, 'spring');
  void offered.load();
  expect(calls).toHaveLength(2);
});

test('a failure keeps what there was, and says so only where there is nothing', async () => {
  const { offered, answer, fail, names } = options();
  void offered.load();
  await fail(0);
  expect([names(), offered.failed]).toEqual([null, true]);
  void offered.load();
  expect(offered.failed).toBe(false);
  await answer(1, 'spring');
  void offered.load();
  await fail(2);
  expect([names(), offered.failed]).toEqual([['spring'], false]);
});

test('names that are known are not asked for again, those that could not be had are', async () => {
  const { offered, calls, answer, fail } = options();
  void offered.loadOnce();
  await fail(0);
  void offered.loadOnce();
  await answer(1, 'spring');
  void offered.loadOnce();
  expect(calls).toHaveLength(2);
});
