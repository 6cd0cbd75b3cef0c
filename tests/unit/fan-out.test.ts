import { describe, expect, test } from 'vitest';
import { fanOut, type FanOutDeps } from '../../workers/webhooks/fan-out';

/** Sleeps are noted, not slept. */
function depsWith(change: Partial<FanOutDeps> = {}) {
  const slept: number[] = [];
  const deps: FanOutDeps = {
    width: 4,
    expired: () => false,
    sleep: async (ms) => void slept.push(ms),
    random: () => 0.5,
    ...change,
  };
  return { deps, slept };
}

/** What the runtime throws for a stub: an Error with flags on it. */
const stubError = (flags: object) => Object.assign(new Error('stub'), flags);

function failing(times: number, error: Error) {
  let calls = 0;
  const piece = async () => {
    if (++calls <= times) throw error;
  };
  return { piece, calls: () => calls };
}

describe('work for many conversations', () => {
  test('is all done, never more than the width at once', async () => {
    const done = new Set<number>();
    let running = 0;
    let most = 0;
    const work = Array.from({ length: 50 }, (_, i) => async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, i % 3));
      running--;
      done.add(i);
    });
    expect(await fanOut(work, depsWith().deps)).toEqual([]);
    expect(done.size).toBe(50);
    expect(most).toBe(4);
  });

  test('goes on when one of it fails', async () => {
    const boom = new Error('boom');
    let done = 0;
    const fine = async () => void done++;
    const bad = async () => {
      throw boom;
    };
    expect(await fanOut([fine, bad, fine, fine], depsWith({ width: 1 }).deps)).toEqual([boom]);
    expect(done).toBe(3);
  });

  test('is repeated when the runtime calls the failure retryable, after a wait that grows', async () => {
    const { piece, calls } = failing(2, stubError({ retryable: true }));
    const { deps, slept } = depsWith();
    expect(await fanOut([piece], deps)).toEqual([]);
    expect(calls()).toBe(3);
    expect(slept).toEqual([100, 200]);
  });

  test.each([
    ['given up after three tries', stubError({ retryable: true }), 3],
    ['not repeated for an overloaded object', stubError({ overloaded: true }), 1],
    ['not repeated for an overloaded object, retryable or not', stubError({ overloaded: true, retryable: true }), 1],
    ['not repeated for an error without a mark', new Error('bug'), 1],
  ])('is %s', async (_about, error, tries) => {
    const { piece, calls } = failing(99, error);
    expect(await fanOut([piece], depsWith().deps)).toEqual([error]);
    expect(calls()).toBe(tries);
  });

  test('is not started once there is no time left, and counts as failed', async () => {
    let started = 0;
    const piece = async () => void started++;
    const errors = await fanOut([piece, piece, piece], depsWith({ width: 1, expired: () => started >= 1 }).deps);
    expect(started).toBe(1);
    expect(errors).toHaveLength(2);
  });

  test('that is none is done', async () => {
    expect(await fanOut([], depsWith().deps)).toEqual([]);
  });
});
