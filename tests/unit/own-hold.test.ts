import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Hold, type ClaimAnswer } from '../../src/lib/inbox/hold.svelte';
import { aSummary } from '../fixtures/summaries';

// Outside the Svelte compiler a rune is nothing but its value.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

const bens = { agentId: 'ben', agentName: 'Ben Okafor', since: 1 };
const carls = { agentId: 'carl', agentName: 'Carl Jensen', since: 2 };

/** A hold whose claims are answered by the test. */
function aHold() {
  const claims: ((answer: ClaimAnswer) => void)[] = [];
  const givenBack: number[] = [];
  const hold = new Hold({
    userId: 'ana',
    lockIdleMs: 600_000,
    now: () => Date.now(),
    claim: () => new Promise((answer) => claims.push(answer)),
    sendActive: () => true,
    granted: () => undefined,
    lost: () => undefined,
    unwanted: (epoch) => givenBack.push(epoch),
  });
  const answer = async (index: number, to: ClaimAnswer): Promise<void> => {
    claims[index]?.(to);
    await vi.advanceTimersByTimeAsync(0);
  };
  const notice = (lock: typeof bens | null): void => hold.notice(aSummary({ lock }), []);
  return { hold, claims, givenBack, answer, notice };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what is granted to somebody who has left by then is given back', async () => {
  const { hold, givenBack, answer } = aHold();
  void hold.claim();
  hold.leave();
  await answer(0, { granted: true, epoch: 7 });
  expect(givenBack).toEqual([7]);
  expect(hold.epoch).toBeNull();
});

test('who has asked may ask again after a minute, and has it when it falls free', async () => {
  const { hold, claims, answer, notice } = aHold();
  void hold.claim();
  await answer(0, { granted: false, lock: bens });
  hold.asked();
  notice(bens);
  expect(hold.view).toMatchObject({ type: 'other', asked: 'lately' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(hold.view).toMatchObject({ type: 'other', asked: 'before' });
  notice(null);
  await answer(1, { granted: true, epoch: 2 });
  expect(claims).toHaveLength(2);
  expect(hold.view).toEqual({ type: 'mine', epoch: 2 });
});

test('whoever has it next was not asked', async () => {
  const { hold, claims, answer, notice } = aHold();
  void hold.claim();
  await answer(0, { granted: false, lock: bens });
  hold.asked();
  notice(carls);
  expect(hold.view).toMatchObject({ type: 'other', lock: carls, asked: 'no' });
  notice(null);
  expect(claims).toHaveLength(1);
});
