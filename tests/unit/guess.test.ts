import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FORGET_MS, FREE_FROM_NETWORK, LONGEST_WAIT_MS, waitMs, withTry, type Tries } from '../../src/lib/domain/guess';

const NOW = Date.UTC(2026, 10, 25);
const row = (count: number): Tries => ({ count, at: NOW });

test.each([
  [null, 0],
  [row(1), 0],
  [row(4), 0],
  [row(5), 1_000],
  [row(6), 2_000],
  [row(10), 32_000],
  [row(14), 512_000],
  [row(15), LONGEST_WAIT_MS],
  [row(5_000), LONGEST_WAIT_MS],
])('after %j the next try may be made in %i ms', (tries, wait) => {
  expect(waitMs(tries, NOW)).toBe(wait);
  expect(waitMs(tries, NOW + wait)).toBe(0);
});

test('a network has more tries that are free, and waits like everybody from then on', () => {
  expect(waitMs(row(FREE_FROM_NETWORK - 1), NOW, FREE_FROM_NETWORK)).toBe(0);
  expect(waitMs(row(FREE_FROM_NETWORK), NOW, FREE_FROM_NETWORK)).toBe(1_000);
  expect(waitMs(row(FREE_FROM_NETWORK + 20), NOW, FREE_FROM_NETWORK)).toBe(LONGEST_WAIT_MS);
});

test('nobody ever waits longer than a quarter of an hour, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: -1e10, max: 1e10 }), (count, skew) => {
      const wait = waitMs(row(count), NOW + skew);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(LONGEST_WAIT_MS);
    }),
  );
});

test('ten minutes of guessing as fast as it goes are at most twenty guesses', () => {
  let tries: Tries | null = null;
  let guesses = 0;
  for (let at = NOW; at < NOW + 600_000; at += 100) {
    if (waitMs(tries, at) > 0) continue;
    tries = withTry(tries, at);
    guesses += 1;
  }
  expect(guesses).toBeLessThanOrEqual(20);
  expect(guesses).toBeGreaterThan(5);
});

test('what was tried a day ago is forgotten', () => {
  expect(withTry(row(12), NOW + FORGET_MS)).toEqual({ count: 1, at: NOW + FORGET_MS });
  expect(withTry(row(12), NOW + FORGET_MS - 1).count).toBe(13);
});
