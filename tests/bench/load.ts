import type { Load } from './stats.ts';

/** One try; rejects when it did not get what it asked for. `i` counts from 0; `from` is when its time begins (`performance.now()`). */
export type Shot = (i: number, from: number) => Promise<void>;

const sleep = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));

/**
 * Open loop: shots start on a fixed schedule whether or not the ones before have come back, and each is timed from the moment it was
 * due, so that queueing anywhere (here too) is in the figure.
 */
export async function atRate(perSecond: number, durationMs: number, shoot: Shot): Promise<Load> {
  const total = Math.round((perSecond * durationMs) / 1000);
  const tally = new Tally();
  const start = performance.now();
  const shots: Promise<void>[] = [];
  for (let i = 0; i < total; i++) {
    const due = start + (i * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    shots.push(tally.time(i, due, shoot));
  }
  await Promise.all(shots);
  return tally.load(performance.now() - start);
}

/** Closed loop: `width` shots under way at any time, `count` of them. */
export async function closed(width: number, count: number, shoot: Shot): Promise<Load> {
  const tally = new Tally();
  const start = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < count) await tally.time(next++, performance.now(), shoot);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return tally.load(performance.now() - start);
}

/** One after the other, at most `count`, at most so long. */
export async function oneByOne(count: number, atMostMs: number, shoot: Shot): Promise<Load> {
  const tally = new Tally();
  const start = performance.now();
  for (let i = 0; i < count && performance.now() - start < atMostMs; i++) await tally.time(i, performance.now(), shoot);
  return tally.load(performance.now() - start);
}

class Tally {
  readonly #latenciesMs: number[] = [];
  #failures = 0;

  async time(i: number, from: number, shoot: Shot): Promise<void> {
    try {
      await shoot(i, from);
      this.#latenciesMs[i] = performance.now() - from;
    } catch {
      this.#failures += 1;
    }
  }

  load(elapsedMs: number): Load {
    // Failed tries leave holes, which `filter` skips.
    return { latenciesMs: this.#latenciesMs.filter((value) => value >= 0), failures: this.#failures, elapsedMs };
  }
}
