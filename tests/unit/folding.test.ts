import { expect, test } from 'vitest';
import { Folding, type Whole } from '../../workers/inbox/folding';
import { settled } from '../fixtures/settled';

const DAY = 86_400_000;

/** A fold whose clock, timers and index are moved by hand: `left` steps until nothing is left to do. */
function anIndex({ parts = 20, left = 3, whole = { begunAt: 0, isDone: true } as Whole | null } = {}) {
  const world = {
    now: 1_000,
    parts,
    left,
    whole,
    takesMs: 40,
    fails: false,
    asked: 0,
    done: [] as string[],
    rests: [] as number[],
  };
  const timers: (() => void)[] = [];
  const step = (name: string) => async () => {
    if (world.fails) throw new Error('no database');
    world.done.push(name);
    world.now += world.takesMs;
    world.left -= 1;
    return world.left < 0;
  };
  const folding = () =>
    new Folding({
      parts: async () => {
        world.asked += 1;
        return world.parts;
      },
      fold: step('some'),
      beginWhole: step('whole'),
      whole: { last: () => world.whole, keep: (kept) => void (world.whole = kept) },
      later: (run, afterMs) => {
        world.rests.push(afterMs);
        timers.push(run);
      },
      now: () => world.now,
    });
  /** Lets all timers go off until none is left. */
  const rest = async () => {
    do {
      timers.splice(0).forEach((run) => run());
      await settled();
    } while (timers.length > 0);
  };
  const dies = () => void timers.splice(0);
  return { folding, world, rest, dies, kept: () => world.whole };
}

test('many parts are folded step by step, four times as long a rest after each, until nothing is left', async () => {
  const { folding, world, rest } = anIndex();
  folding().changed();
  await rest();
  expect(world.done).toEqual(['some', 'some', 'some', 'some']);
  expect(world.rests).toEqual([160, 160, 160]);
});

test('a quick step is followed by a rest all the same', async () => {
  const { folding, world, rest } = anIndex({ left: 1 });
  world.takesMs = 2;
  folding().changed();
  await rest();
  expect(world.rests).toEqual([100]);
});

test('few parts are left as they are', async () => {
  const { folding, world, rest } = anIndex({ parts: 11 });
  folding().changed();
  await rest();
  expect([world.asked, world.done]).toEqual([1, []]);
});

test('it is looked at every ten seconds while messages come, and not while it is being folded', async () => {
  const { folding, world, rest } = anIndex({ parts: 3 });
  const one = folding();
  for (const now of [1_000, 5_000, 10_999, 11_000, 12_000]) {
    world.now = now;
    one.changed();
    await rest();
  }
  expect(world.asked).toBe(2);
  Object.assign(world, { parts: 20, now: 30_000 });
  one.changed();
  await settled();
  world.now = 60_000;
  one.changed();
  await settled();
  expect(world.asked, 'a fold is under way').toBe(3);
});

test('one look makes a hundred steps, and the next one goes on', async () => {
  const { folding, world, rest } = anIndex({ left: 150 });
  const one = folding();
  one.changed();
  await rest();
  expect(world.done).toHaveLength(100);
  world.now += 10_000;
  one.changed();
  await rest();
  expect(world.done).toHaveLength(151);
});

test.each([
  ['never before', null, 1_000, true],
  ['a day ago', 0, DAY, true],
  ['less than a day ago', 0, DAY - 1, false],
])('one part is made of all: %s', async (_, begunAt, now, isWhole) => {
  const before = begunAt === null ? null : { begunAt, isDone: true };
  const { folding, world, rest, kept } = anIndex({ parts: 2, whole: before });
  world.now = now;
  folding().changed();
  await rest();
  expect(world.done).toEqual(isWhole ? ['whole', 'some', 'some', 'some'] : []);
  expect(kept()).toEqual(isWhole ? { begunAt: now, isDone: true } : before);
});

test.each([
  ['gently where there are few', 2, 40, 1_000],
  ['gently, and longer after a longer step', 11, 80, 1_600],
  ['briskly where there are many', 12, 40, 160],
])('one part is made of all %s', async (_, parts, takesMs, restMs) => {
  const { folding, world, rest } = anIndex({ parts, whole: null });
  world.takesMs = takesMs;
  folding().changed();
  await rest();
  expect(world.rests).toEqual([restMs, restMs, restMs]);
});

test('a gentle one goes on briskly once there are many parts', async () => {
  const { folding, world, rest } = anIndex({ parts: 2, left: 120, whole: null });
  const one = folding();
  one.changed();
  await rest();
  Object.assign(world, { parts: 12, now: world.now + 10_000 });
  one.changed();
  await rest();
  expect([world.rests[0], world.rests.at(-1)]).toEqual([1_000, 160]);
});

test('an index of one part is whole', async () => {
  const { folding, world, rest } = anIndex({ parts: 1, whole: null });
  folding().changed();
  await rest();
  expect(world.done).toEqual([]);
});

test('a whole one that died under way is gone on with, and not begun again, however few parts there are', async () => {
  const { folding, world, rest, dies, kept } = anIndex({ parts: 2, whole: null });
  folding().changed();
  await settled();
  expect([world.done, kept()]).toEqual([['whole'], { begunAt: 1_000, isDone: false }]);
  dies();
  folding().changed();
  await rest();
  expect(world.done).toEqual(['whole', 'some', 'some', 'some']);
  expect(kept()).toEqual({ begunAt: 1_000, isDone: true });
});

test('a step that fails ends nothing for good: the next look goes on', async () => {
  const { folding, world, rest } = anIndex();
  const one = folding();
  world.fails = true;
  one.changed();
  await rest();
  Object.assign(world, { fails: false, now: 20_000 });
  one.changed();
  await rest();
  expect(world.done).toHaveLength(4);
});
