import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  emptyTally,
  isDone,
  outcomes,
  partsOfSendId,
  progressOf,
  receipted,
  sendIdOf,
  settle,
  type Outcome,
} from '../../src/lib/domain/broadcast';
import type { SendResult } from '../../src/lib/domain/provider';
import { MAX_ATTEMPTS } from '../../src/lib/domain/sending';

const NOW = 1_000_000;
const results = {
  sent: { status: 'sent', providerMessageId: 'p' },
  failed: { status: 'failed', failure: { code: '1', reason: 'No', retryable: false } },
  unknown: { status: 'unknown', reason: 'Lost' },
  retry: { status: 'retry', afterMs: null, reason: 'Busy', code: '429' },
  stopped: { status: 'stopped', reason: 'Token', code: '190' },
} satisfies Record<SendResult['status'], SendResult>;

describe('what an answer makes of a recipient', () => {
  /** Outcome before, answer, outcome after; null = it stays. */
  const table: [Outcome, SendResult['status'], Outcome | null][] = [
    ['sending', 'sent', 'sent'],
    ['sending', 'failed', 'failed'],
    ['sending', 'unknown', 'unknown'],
    ['sending', 'retry', 'queued'],
    ['sending', 'stopped', 'queued'],
    // We waited too long for the answer, but here it is.
    ['unknown', 'sent', 'sent'],
    ['unknown', 'failed', 'failed'],
    ['unknown', 'unknown', null],
    ['unknown', 'retry', 'queued'],
    // A receipt was quicker.
    ['delivered', 'sent', null],
    ['delivered', 'failed', null],
    ['delivered', 'retry', null],
    ['read', 'unknown', null],
    ['sent', 'stopped', null],
    ['failed', 'retry', null],
    ['skipped', 'sent', null],
  ];
  test.each(table)('%s, answered %s: %s', (outcome, status, expected) => {
    const settled = settle({ outcome, attempts: 1 }, { attempt: 1, result: results[status] }, NOW, 0);
    expect(settled?.outcome ?? null).toBe(expected);
  });

  test('an answer about a call that is not the latest changes nothing', () => {
    for (const result of Object.values(results)) {
      expect(settle({ outcome: 'sending', attempts: 2 }, { attempt: 1, result }, NOW, 0)).toBeNull();
    }
  });

  test('waits grow, are never shorter than the provider says, and end; a stopped channel costs no try', () => {
    const due = (attempt: number, afterMs: number | null) =>
      settle({ outcome: 'sending', attempts: attempt }, { attempt, result: { ...results.retry, afterMs } }, NOW, 0)?.dueAt;
    expect([due(1, null), due(2, null), due(1, 60_000)]).toEqual([NOW + 2_000, NOW + 4_000, NOW + 60_000]);
    const last = { outcome: 'sending', attempts: MAX_ATTEMPTS } as const;
    expect(settle(last, { attempt: MAX_ATTEMPTS, result: results.retry }, NOW, 0)).toMatchObject({ outcome: 'failed' });
    expect(settle(last, { attempt: MAX_ATTEMPTS, result: results.stopped }, NOW, 0)).toMatchObject({
      outcome: 'queued',
      isTry: false,
    });
  });
});

test('receipts move forward only, whatever their order and number', () => {
  const status = fc.constantFrom('sent' as const, 'delivered' as const, 'read' as const, 'failed' as const);
  fc.assert(
    fc.property(fc.constantFrom(...outcomes), fc.array(status), (start, reports) => {
      const apply = (list: typeof reports) => list.reduce<Outcome>(receipted, start);
      expect(apply(reports)).toBe(apply([...reports].reverse()));
      expect(apply([...reports, ...reports])).toBe(apply(reports));
    }),
  );
});

test('every recipient is counted in exactly one of the figures that add up', () => {
  const facts = { phase: 'sending', startedAt: 1, finishedAt: null, perSecond: 0, reason: null } as const;
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { minLength: outcomes.length, maxLength: outcomes.length }), (numbers) => {
      const tally = emptyTally();
      for (const [i, outcome] of outcomes.entries()) tally[outcome] = numbers[i] ?? 0;
      const { recipients, queued, sent, failed, unknown, skipped, delivered, read } = progressOf(tally, facts);
      expect(queued + sent + failed + unknown + skipped).toBe(recipients);
      expect(recipients).toBe(numbers.reduce((sum, n) => sum + n, 0));
      expect(read <= delivered && delivered <= sent).toBe(true);
      expect(isDone(tally)).toBe(queued === 0);
    }),
  );
});

test.each([
  '',
  'x.1',
  '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
  '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10.0',
  '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10.1.2',
])('"%s" names no message of a campaign', (id) => expect(partsOfSendId(id)).toBeNull());

test('the id of a send names its campaign and its recipient', () => {
  const campaignId = '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10';
  expect(partsOfSendId(sendIdOf(campaignId, 12))).toEqual({ campaignId, seq: 12 });
});
