import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/lib/domain/message';
import {
  applyFrame,
  applyLoaded,
  applyOlder,
  seenThrough,
  type StateFrame,
  type ThreadLog,
} from '../../src/lib/inbox/thread-log';
import { ana, anActivity, anOutbound, aMessage, ben } from '../fixtures/messages';
import { aSummary } from '../fixtures/summaries';

const seqs = (log: ThreadLog | null) => log?.messages.map((message) => message.seq);
const logAt = (version: number, messages: Message[], hasMore = false): ThreadLog => ({
  version,
  conversation: aSummary({ version }),
  messages,
  hasMore,
});
const change = (version: number, messages: Message[]): StateFrame => ({
  type: 'change',
  version,
  messages,
  conversation: aSummary({ version }),
});

describe('a frame', () => {
  const log = logAt(5, [aMessage(1), aMessage(2)]);

  test('that is the very next change is applied', () => {
    const { log: after, resume } = applyFrame(log, change(6, [aMessage(3)]));
    expect([seqs(after), after?.version, after?.conversation.version, resume]).toEqual([[1, 2, 3], 6, 6, false]);
  });

  test('that was seen before changes nothing: twice = once', () => {
    expect(applyFrame(log, change(5, [aMessage(2, { text: 'old' })]))).toEqual({ log, resume: false });
    expect(applyFrame(log, change(3, [aMessage(9)]))).toEqual({ log, resume: false });
  });

  test('after a gap is not applied; what is missing is asked for', () => {
    expect(applyFrame(log, change(7, [aMessage(4)]))).toEqual({ log, resume: true });
  });

  test('that catches up closes the gap', () => {
    const frame: StateFrame = {
      ...change(9, [aMessage(2, { version: 8, text: 'edited' }), aMessage(3)]),
      type: 'catchUp',
      from: 5,
    };
    const { log: after } = applyFrame(log, frame);
    expect(after?.version).toBe(9);
    expect(after?.messages.map((message) => message.text)).toEqual(['Text 1', 'edited', 'Text 3']);
  });

  test('that catches up from later than what is known is not enough', () => {
    expect(applyFrame(log, { ...change(9, []), type: 'catchUp', from: 7 })).toEqual({ log, resume: true });
  });

  test('that resets replaces everything, also at a lower number', () => {
    const frame: StateFrame = { ...change(2, [aMessage(40)]), type: 'reset', hasMore: true };
    expect(applyFrame(log, frame).log).toMatchObject({ version: 2, hasMore: true, messages: [{ seq: 40 }] });
  });

  test('about a message above the loaded pages leaves no hole: it comes with its page', () => {
    const paged = logAt(5, [aMessage(50), aMessage(51)], true);
    expect(seqs(applyFrame(paged, change(6, [aMessage(3, { version: 6 }), aMessage(52)])).log)).toEqual([50, 51, 52]);
  });

  test('never puts an older version of a message over a newer one', () => {
    const newer = logAt(5, [aMessage(1, { version: 5, text: 'new' })]);
    expect(
      applyLoaded(newer, { conversation: aSummary(), messages: [aMessage(1)], hasMore: false, seq: 1 }).messages[0]?.text,
    ).toBe('new');
  });
});

test('older pages come before what is there', () => {
  const log = applyOlder(logAt(5, [aMessage(3)], true), { messages: [aMessage(1), aMessage(2)], hasMore: false });
  expect([seqs(log), log.hasMore]).toEqual([[1, 2, 3], false]);
});

test('any mix of repeats and gaps ends at the same thread once it is resumed', () => {
  // Version n adds message n. Frames may come twice, late, or never; the server answers every resume exactly.
  const last = 12;
  const all = Array.from({ length: last }, (_, index) => aMessage(index + 1));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: last })), (versions) => {
      let log = logAt(0, []);
      for (const version of [...versions, last]) {
        const { log: next, resume } = applyFrame(log, change(version, all.slice(version - 1, version)));
        log = next ?? log;
        if (!resume) continue;
        const missed: StateFrame = { ...change(last, all.slice(log.version)), type: 'catchUp', from: log.version };
        log = applyFrame(log, missed).log ?? log;
      }
      expect(seqs(log)).toEqual(all.map((message) => message.seq).slice(0, log.version));
      expect(log.version).toBe(last);
    }),
  );
});

describe('what counts as seen', () => {
  test('own messages and activities after it do, so that a quick second message is not stopped by the first', () => {
    const messages = [aMessage(1), anOutbound(2), anActivity(3, { type: 'claimed', epoch: 1 }), anOutbound(4)];
    expect(seenThrough(messages, 1, ana.id)).toBe(4);
  });

  test('what the customer or a colleague wrote does not', () => {
    expect(seenThrough([aMessage(1), anOutbound(2), aMessage(3), anOutbound(4)], 1, ana.id)).toBe(2);
    expect(seenThrough([aMessage(1), anOutbound(2, ben), anOutbound(3)], 1, ana.id)).toBe(1);
  });
});
