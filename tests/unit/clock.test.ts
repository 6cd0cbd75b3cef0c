import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Clock } from '../../src/lib/inbox/clock.svelte';

const T = Date.UTC(2026, 10, 26);

beforeEach(() => {
  vi.useFakeTimers({ now: T });
});
afterEach(() => {
  vi.useRealTimers();
});

test('tells the server’s time although the browser’s clock is wrong', () => {
  const clock = new Clock(T + 90_000);
  vi.advanceTimersByTime(10_000);
  expect(clock.now()).toBe(T + 100_000);
});

test('a reading that was on its way for long makes nothing worse, one that was quicker makes it better', () => {
  const clock = new Clock(T - 300);
  clock.sync(T - 20_000);
  expect(clock.now()).toBe(T - 300);
  clock.sync(T - 20);
  expect(clock.now()).toBe(T - 20);
});

test.each([
  ['forward', 600_000],
  ['back', -600_000],
])('a browser’s clock that is put %s while the page is open is noticed', (_, byMs) => {
  const clock = new Clock(T);
  vi.setSystemTime(T + byMs);
  clock.sync(T + 10);
  expect(clock.now()).toBe(T + 10);
});
