import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketOf, inRanges, percentile, ranges, type Spread } from '../../src/lib/domain/milestone';
import { DAY, HOUR } from '../fixtures/conversation';

const LONGEST = 15 * DAY;
const duration = fc.oneof(fc.nat(90_000), fc.nat(2 * HOUR), fc.nat(20 * DAY));
const durations = fc.array(duration, { minLength: 1, maxLength: 60 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const spreadOf = (all: readonly number[]): Map<number, number> => {
  const spread = new Map<number, number>();
  for (const ms of all) spread.set(bucketOf(ms), (spread.get(bucketOf(ms)) ?? 0) + 1);
  return spread;
};
/** Where a bucket begins and ends, by what percentiles say of one duration alone in it. */
const edgesOf = (bucket: number): [number, number] => {
  const alone: Spread = new Map([[bucket, 1]]);
  return [percentile(alone, 0) ?? -1, percentile(alone, 1) ?? -1];
};

test.each([
  [0, 0],
  [4_999, 0],
  [5_000, 1],
  [59_999, 6],
  [60_000, 7],
  [HOUR - 1, 18],
  [HOUR, 19],
  [DAY - 1, 27],
  [DAY, 28],
  [LONGEST - 1, 34],
  [LONGEST, 35],
  [1_000 * DAY, 35],
])('%i ms are in bucket %i', (ms, bucket) => {
  expect(bucketOf(ms)).toBe(bucket);
});

test('every bucket begins where the one before it ends, and is wider than nothing', () => {
  let end = 0;
  for (let bucket = 0; bucket < bucketOf(LONGEST); bucket += 1) {
    const [from, to] = edgesOf(bucket);
    expect(from).toBe(end);
    expect(to).toBeGreaterThan(from);
    expect([bucketOf(from), bucketOf(to - 1), bucketOf(to)]).toEqual([bucket, bucket, bucket + 1]);
    end = to;
  }
  expect(edgesOf(bucketOf(LONGEST))).toEqual([LONGEST, LONGEST]);
});

test('a longer duration is in no earlier bucket, and each within the edges of its own', () => {
  fc.assert(
    fc.property(duration, duration, (a, b) => {
      expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
      const [from, to] = edgesOf(bucketOf(a));
      expect(a).toBeGreaterThanOrEqual(from);
      if (a < LONGEST) expect(a).toBeLessThan(to);
    }),
  );
});

test('a percentile lies in the bucket of the duration that sorting them all finds', () => {
  fc.assert(
    fc.property(durations, share, (all, part) => {
      const sorted = all.toSorted((a, b) => a - b);
      const found = sorted[Math.max(0, Math.ceil(part * all.length) - 1)] ?? -1;
      const [from, to] = edgesOf(bucketOf(found));
      const guess = percentile(spreadOf(all), part) ?? -1;
      expect(guess).toBeGreaterThanOrEqual(from);
      expect(guess).toBeLessThanOrEqual(to);
    }),
  );
});

test('a larger share takes no less time', () => {
  fc.assert(
    fc.property(durations, share, share, (all, a, b) => {
      const spread = spreadOf(all);
      expect(percentile(spread, Math.min(a, b))).toBeLessThanOrEqual(percentile(spread, Math.max(a, b)) ?? -1);
    }),
  );
});

test('of a bucket half of it is over when half of all in it are, whatever others are empty', () => {
  // 2 to 3 minutes.
  expect(percentile(new Map([[bucketOf(150_000), 7]]), 0.5)).toBe(150_000);
  expect(percentile(new Map([[0, 0], [bucketOf(150_000), 2], [30, 0]]), 0.5)).toBe(150_000); // prettier-ignore
  // Of ten, nine take less than five seconds: the tenth begins where they end.
  expect(percentile(new Map([[20, 1], [0, 9]]), 0.9)).toBe(5_000); // prettier-ignore
});

test('of nothing there is no percentile', () => {
  expect(percentile(new Map(), 0.5)).toBeNull();
  expect(percentile(new Map([[3, 0]]), 0.5)).toBeNull();
});

test('every duration is in the range that it belongs to, and all of them in one', () => {
  fc.assert(
    fc.property(durations, (all) => {
      const ends = [0, ...ranges];
      const expected = ranges.map((end, i) => all.filter((ms) => ms >= (ends[i] ?? 0) && ms < end).length);
      const counts = inRanges(spreadOf(all));
      expect(counts).toEqual(expected);
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(all.length);
    }),
  );
  expect(inRanges(new Map())).toEqual(ranges.map(() => 0));
});
