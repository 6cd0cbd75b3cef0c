import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watched } from '../../src/lib/reports/watched.svelte';

type Call = { signal: AbortSignal; answer: (value: string) => void; fail: () => void };

// Outside the Svelte compiler a rune is nothing but its value.
const page = vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }), document: page });
  return page;
});
const network = new EventTarget();
const EVERY_MS = 1_000;
let calls: Call[] = [];
const ask = (signal: AbortSignal) =>
  new Promise<string>((answer, fail) => calls.push({ signal, answer, fail: () => fail(new Error('down')) }));
const settled = () => vi.advanceTimersByTimeAsync(0);
async function answer(index: number, value: string): Promise<void> {
  calls[index]?.answer(value);
  await settled();
}
async function fail(index: number): Promise<void> {
  calls[index]?.fail();
  await settled();
}

beforeEach(() => {
  calls = [];
  page.visibilityState = 'visible';
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
  vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('it is asked for again and again while the page is visible, and one that is slow is waited for', async () => {
  const watched = new Watched<string>();
  const stop = watched.watch(ask, EVERY_MS);
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  expect(calls).toHaveLength(1);
  await answer(0, 'a');
  expect(watched.value).toBe('a');
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(calls).toHaveLength(2);
  await answer(1, 'b');
  page.visibilityState = 'hidden';
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  expect(calls).toHaveLength(2);
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  expect(calls, 'at once').toHaveLength(3);
  network.dispatchEvent(new Event('online'));
  expect([calls.length, calls[2]?.signal.aborted], 'what hangs in a network that was gone is given up').toEqual([4, true]);
  stop();
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  network.dispatchEvent(new Event('online'));
  expect([calls.length, calls[3]?.signal.aborted]).toEqual([4, true]);
});

test('what is here stays when a look fails, and says so until one does not', async () => {
  const watched = new Watched<string>();
  const stop = watched.watch(ask, EVERY_MS);
  await answer(0, 'a');
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await fail(1);
  expect([watched.value, watched.hasFailed]).toEqual(['a', true]);
  watched.again();
  expect(watched.hasFailed, 'until it is known').toBe(true);
  await answer(2, 'b');
  expect([watched.value, watched.hasFailed]).toEqual(['b', false]);
  stop();
});

test('the answer to the question before stands until the new one is here, and not when that could not be had', async () => {
  const watched = new Watched<string>();
  const stop = watched.watch(ask, EVERY_MS);
  await answer(0, 'a');
  stop();
  const stopAgain = watched.watch(ask, EVERY_MS);
  expect([watched.value, watched.isOther]).toEqual(['a', true]);
  await fail(1);
  expect([watched.value, watched.hasFailed, watched.isOther]).toEqual([null, true, false]);
  watched.again();
  expect(watched.hasFailed).toBe(false);
  await answer(2, 'x');
  expect([watched.value, watched.isOther]).toEqual(['x', false]);
  stopAgain();
});

test('an answer that was overtaken changes nothing', async () => {
  const watched = new Watched<string>();
  const stop = watched.watch(ask, EVERY_MS);
  watched.again();
  await answer(1, 'new');
  await answer(0, 'old');
  expect(watched.value).toBe('new');
  stop();
});
