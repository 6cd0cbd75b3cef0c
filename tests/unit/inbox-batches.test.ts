import { expect, test } from 'vitest';
import type { Summary } from '../../src/lib/domain/summary';
import { BATCH_DELAY_MS, BatchWriter, MAX_BATCH, MAX_REST_MS } from '../../workers/inbox/batch-writer';
import { aSummary, idOf, NOW } from '../fixtures/summaries';
import { settled } from '../fixtures/settled';

/** A writer whose clock, timers and writes are moved by hand. */
function aWriter() {
  const clock = { now: NOW };
  const timers: { run: () => void; afterMs: number }[] = [];
  const writes: { summaries: Summary[]; done: () => void; fail: (error: Error) => void }[] = [];
  const writer = new BatchWriter({
    write: (summaries) => new Promise((done, fail) => writes.push({ summaries, done, fail })),
    later: (run, afterMs) => timers.push({ run, afterMs }),
    now: () => clock.now,
  });
  const fire = () => timers.splice(0).forEach(({ run }) => run());
  return { writer, clock, timers, writes, fire };
}

const versionsOf = (summaries: readonly Summary[] = []) => summaries.map(({ version }) => version);

test('a row waits for company, then all that came are one write, of each conversation the highest version', async () => {
  const { writer, timers, writes, fire } = aWriter();
  const added = [2, 3, 1].map((version) => writer.add(aSummary({ version })));
  const other = writer.add(aSummary({ id: idOf(2), version: 9 }));
  expect(writes).toEqual([]);
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([BATCH_DELAY_MS]);
  fire();
  expect(writes.map(({ summaries }) => versionsOf(summaries))).toEqual([[3, 9]]);
  writes[0]?.done();
  await expect(Promise.all([...added, other])).resolves.toHaveLength(4);
});

test('what is awaited is written at once, with all that waits', async () => {
  const { writer, clock, timers, writes, fire } = aWriter();
  const other = writer.add(aSummary({ id: idOf(2) }));
  const awaited = writer.add(aSummary(), { awaited: true });
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([BATCH_DELAY_MS, 0]);
  timers.pop()?.run();
  writes[0]?.done();
  await Promise.all([other, awaited]);
  // The timer that was set first finds nothing left to do, even if something new waits by now.
  clock.now += 20;
  void writer.add(aSummary({ version: 2 }));
  expect(timers).toHaveLength(2);
  timers.shift()?.run();
  expect(writes).toHaveLength(1);
  fire();
  expect(writes).toHaveLength(2);
});

test('after a write the database rests for as long as it took, and no longer than need be', async () => {
  const { writer, clock, timers, writes, fire } = aWriter();
  const write = async (version: number, tookMs: number) => {
    const added = writer.add(aSummary({ version }), { awaited: true });
    const waits = timers.map(({ afterMs }) => afterMs);
    fire();
    clock.now += tookMs;
    writes.at(-1)?.done();
    await added;
    return waits;
  };
  expect(await write(1, 10)).toEqual([0]);
  clock.now += 2;
  expect(await write(2, 10)).toEqual([8]);
  clock.now += 10;
  expect(await write(3, 5_000)).toEqual([0]);
  expect(await write(4, 10)).toEqual([MAX_REST_MS]);
  // A clock that is set back makes nobody wait for it.
  clock.now -= 60_000;
  expect(await write(5, 10)).toEqual([MAX_REST_MS]);
});

test('a full batch does not wait, and no write starts while another runs', async () => {
  const { writer, writes, fire } = aWriter();
  const added = Array.from({ length: MAX_BATCH + 10 }, (_, n) => writer.add(aSummary({ id: idOf(n) })));
  expect(writes.map(({ summaries }) => summaries.length)).toEqual([MAX_BATCH]);
  fire();
  expect(writes).toHaveLength(1);
  writes[0]?.done();
  await settled();
  fire();
  expect(writes.map(({ summaries }) => summaries.length)).toEqual([MAX_BATCH, 10]);
  writes[1]?.done();
  await Promise.all(added);
});

test('a change that comes during the write of an older one is written after it', async () => {
  const { writer, writes, fire } = aWriter();
  const first = writer.add(aSummary({ version: 1 }));
  fire();
  let isWritten = false;
  const second = writer.add(aSummary({ version: 2 })).then(() => (isWritten = true));
  writes[0]?.done();
  await first;
  expect(isWritten).toBe(false);
  fire();
  writes[1]?.done();
  await second;
  expect(writes.map(({ summaries }) => versionsOf(summaries))).toEqual([[1], [2]]);
});

test('a failed write fails those who wait for it and nobody else, and is not tried again by itself', async () => {
  const { writer, writes, fire, timers } = aWriter();
  const failed = writer.add(aSummary({ version: 1 }));
  fire();
  const next = writer.add(aSummary({ id: idOf(2) }));
  writes[0]?.fail(new Error('D1 is down'));
  await expect(failed).rejects.toThrow('D1 is down');
  fire();
  writes[1]?.done();
  await next;
  expect(writes[1]?.summaries.map(({ id }) => id)).toEqual([idOf(2)]);
  expect(timers).toEqual([]);
});

test('pending rows are those waiting, being written, just written or not written, the newest of each', async () => {
  const { writer, clock, writes, fire } = aWriter();
  const failed = writer.add(aSummary({ version: 1 }));
  fire();
  writes[0]?.fail(new Error('D1 is down'));
  await expect(failed).rejects.toThrow();
  expect(versionsOf(writer.pending())).toEqual([1]);

  const again = writer.add(aSummary({ version: 2 }));
  expect(versionsOf(writer.pending())).toEqual([2]);
  fire();
  expect(versionsOf(writer.pending())).toEqual([2]);
  writes[1]?.done();
  await again;
  expect(versionsOf(writer.pending())).toEqual([2]);
  clock.now += 60_000;
  expect(writer.pending()).toEqual([]);
});

test('an outage of any length keeps a bounded number of rows in memory', async () => {
  const { writer, writes, fire } = aWriter();
  for (let n = 0; n < 3_000; n += 50) {
    const added = Array.from({ length: 50 }, (_, i) => writer.add(aSummary({ id: idOf(n + i) })));
    fire();
    writes.at(-1)?.fail(new Error('D1 is down'));
    await Promise.allSettled(added);
    await settled();
  }
  expect(writer.pending()).toHaveLength(1_000);
  expect(writer.pending().at(-1)?.id).toBe(idOf(2_999));
});
