import { write } from '../../../src/lib/server/db/conversations';
import { beginWhole, countParts, foldSome } from '../../../src/lib/server/db/folding';
import { Folding } from '../../../workers/inbox/folding';
import { recorded } from '../../fixtures/recorded-d1';
import { conversationOf } from '../data/conversations';

const HOUR_MS = 3_600_000;

/** `written` and `read`: what D1 says it wrote and read for each row, which is what a bill would show. */
export type Written = {
  size: number;
  batches: number;
  latenciesMs: number[];
  rowsPerSecond: number;
  written: number;
  read: number;
};

/** The hub's own folding beside the writes; one part of all was made when the rows were loaded. What it still has to do is waited for. */
function foldingOf(d1: D1Database, wholeAt: number): { folding: Folding; rested: () => Promise<void> } {
  let underWay = 0;
  const noted = async <T>(work: Promise<T>): Promise<T> => {
    underWay += 1;
    return work.finally(() => (underWay -= 1));
  };
  const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
  const folding = new Folding({
    parts: () => noted(countParts(d1)),
    fold: () => noted(foldSome(d1)),
    beginWhole: () => noted(beginWhole(d1)),
    whole: { last: () => ({ begunAt: wholeAt, isDone: true }), keep: () => {} },
    later: (run, afterMs) => void noted(sleep(afterMs)).then(run),
    now: () => Date.now(),
  });
  const rested = async () => {
    while (underWay > 0) await sleep(10);
  };
  return { folding, rested };
}

/** Where the writes stand among others: `rows` is how many conversations there are; `round` tells repeats apart, as a version is written once. */
type Run = Record<'size' | 'batches' | 'rows' | 'round' | 'now', number>;

/** Writes new messages of known conversations with the product's own code, so many rows a batch, one batch after the other. */
export async function writeSome(d1: D1Database, run: Run): Promise<Written> {
  const { size, batches } = run;
  const { d1: noting, ran } = recorded(d1);
  const { folding, rested } = foldingOf(d1, Date.now());
  const messages = Array.from({ length: batches }, (_, batch) => messagesOf(batch, run));
  // A Worker's clock stands still while it computes: with a call in between, what making the messages took is not counted.
  await d1.prepare('SELECT 1').run();
  const latenciesMs: number[] = [];
  const start = performance.now();
  for (const batch of messages) {
    const before = performance.now();
    await write(noting, batch);
    latenciesMs.push(performance.now() - before);
    folding.changed();
  }
  const elapsedMs = performance.now() - start;
  await rested();
  const rowsPerSecond = (size * batches * 1000) / Math.max(1, elapsedMs);
  const each = (key: 'rowsWritten' | 'rowsRead') => ran.reduce((sum, statement) => sum + statement[key], 0) / (size * batches);
  return { size, batches, latenciesMs, rowsPerSecond, written: each('rowsWritten'), read: each('rowsRead') };
}

/** A new message for each of as many known conversations, anywhere among all. */
function messagesOf(batch: number, { size, rows, round, now }: Run) {
  return Array.from({ length: size }, (_, i) => {
    const row = conversationOf(spread(round * 1_000_003 + batch * size + i) % rows, now);
    const text = conversationOf(rows + batch * size + i, now).lastMessage.text;
    // Each round in an hour of its own, the last before now. Providers give whole seconds: 25 rows share each, in no order of their ids.
    const at = now - (5 - round) * HOUR_MS + Math.floor((batch * size + i) / 25) * 1_000;
    return { ...row, version: 1_000_000 + round * 100_000 + batch, lastInboundAt: at, lastMessage: { text, direction: 'inbound' as const, at }, ticketStatus: 'new' as const, unanswered: true }; // prettier-ignore
  });
}

const spread = (n: number): number => (Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 0) % 2 ** 31;
