import { expect, test } from 'vitest';
import type { TabCounts } from '../../src/lib/domain/list';
import { LiveCounts } from '../../workers/inbox/live-counts';
import { settled } from '../fixtures/settled';

const countsOf = (n: number): TabCounts => ({
  active: { total: n, new: n, pending: 0, closed: 0 },
  inactive: { total: 0, new: 0, pending: 0, closed: 0 },
});

/** Counts whose clock, timers and database are moved by hand. */
function aRound() {
  const world = { now: 0, isWatched: true, takesMs: 6, count: 1 };
  const timers: { run: () => void; afterMs: number }[] = [];
  const told: number[] = [];
  let asked = 0;
  const counts = new LiveCounts({
    count: async () => {
      asked += 1;
      const { count } = world;
      world.now += world.takesMs;
      if (count < 0) throw new Error('no database');
      return countsOf(count);
    },
    tell: ({ active }) => told.push(active.total),
    isWatched: () => world.isWatched,
    later: (run, afterMs) => timers.push({ run, afterMs }),
    now: () => world.now,
  });
  const fire = async () => {
    timers.splice(0).forEach(({ run }) => run());
    await settled();
  };
  return { counts, world, timers, told, fire, asked: () => asked };
}

test('the first change is counted at once, all that follow in a second together, and the last of them for sure', async () => {
  const { counts, world, timers, told, fire, asked } = aRound();
  for (const n of [1, 2, 3, 4]) {
    world.count = n;
    counts.changed();
  }
  await settled();
  expect([told, asked()]).toEqual([[1], 1]);
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([1_000]);
  await fire();
  expect([told, asked()]).toEqual([[1, 4], 2]);
  await fire();
  expect(asked(), 'without a change nothing is counted').toBe(2);
  counts.changed();
  await settled();
  expect(asked(), 'after a pause it is at once again').toBe(3);
});

test('counting takes the database a tenth of the time at most', async () => {
  const { counts, world, timers } = aRound();
  world.takesMs = 400;
  counts.changed();
  await settled();
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([4_000]);
});

test('nothing is counted while nobody looks on', async () => {
  const { counts, world, asked } = aRound();
  world.isWatched = false;
  counts.changed();
  await settled();
  expect(asked()).toBe(0);
  world.isWatched = true;
  counts.changed();
  await settled();
  expect(asked()).toBe(1);
});

test('what could not be counted is counted as soon as that works, without another change', async () => {
  const { counts, world, told, fire } = aRound();
  world.count = -1;
  counts.changed();
  await settled();
  expect(told).toEqual([]);
  world.count = 7;
  await fire();
  expect(told).toEqual([7]);
});

test('who comes is told what was told last, unless it is old or on its way to be another', async () => {
  const { counts, world, told, fire, asked } = aRound();
  expect(counts.latest(), 'nobody has counted yet').toBeNull();
  await settled();
  expect(told).toEqual([1]);
  expect(counts.latest()).toEqual(countsOf(1));
  expect(asked()).toBe(1);
  counts.changed();
  expect(counts.latest()).toBeNull();
  await fire();
  expect(counts.latest()).toEqual(countsOf(1));
  world.now += 10_000;
  expect(counts.latest(), 'the clock alone moves them').toBeNull();
});

test('a database that has hardly answered, or a clock that jumped meanwhile, does not keep dashboards without counts for minutes', async () => {
  const { counts, world, timers } = aRound();
  world.takesMs = 3_600_000;
  counts.changed();
  await settled();
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([20_000]);
});
