import { expect, test } from 'vitest';
import type { Summary } from '../../src/lib/domain/summary';
import { BATCH_DELAY_MS, BatchWriter, MAX_BATCH } from '../../workers/inbox/batch-writer';
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
