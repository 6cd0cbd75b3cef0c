import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MilestoneKind, SLOT_MS } from '../../src/lib/domain/milestone';
import {
  byActivity,
  byName,
  type KeySum,
  inSlots,
  MOST_DAYS,
  periodBefore,
  ReportQuery,
  serviceOf,
  servicesOf,
  slotsOf,
  tallyOf,
} from '../../src/lib/domain/report';
import { DAY, HOUR } from '../fixtures/conversation';
import { NOW } from '../fixtures/summaries';

const nothing = { opened: 0, reopened: 0, answered: 0, closed: 0, missed: 0 };
const none = { p50: null, p90: null };
const sum = (fields: Partial<KeySum> = {}): KeySum => ({ key: 'a', kind: 'opened', bucket: 0, n: 1, ...fields });
const anySum = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  kind: fc.constantFrom(...MilestoneKind.options),
  bucket: fc.nat(35),
  n: fc.integer({ min: 1, max: 9 }),
});

describe('a period', () => {
  test.each([
    ['of nothing', 0, false],
    ['of a millisecond', 1, true],
    ['that is negative', -1, false],
    ['as long as there may be', MOST_DAYS * DAY, true],
    ['as long, in which the clocks are put back', MOST_DAYS * DAY + HOUR, true],
    ['longer', MOST_DAYS * DAY + HOUR + 1, false],
  ])('%s is taken or refused', (_, length, isTaken) => {
    expect(ReportQuery.safeParse({ from: NOW, before: NOW + length }).success).toBe(isTaken);
  });

  test('becomes the whole half hours that it touches', () => {
    const from = Math.floor(NOW / SLOT_MS) * SLOT_MS;
    expect(inSlots({ from, before: from + SLOT_MS })).toEqual({ from, before: from + SLOT_MS });
    expect(inSlots({ from: from + 1, before: from + SLOT_MS + 1 })).toEqual({ from, before: from + 2 * SLOT_MS });
    expect(inSlots({ from: from + SLOT_MS - 1, before: from + SLOT_MS })).toEqual({ from, before: from + SLOT_MS });
  });

  test('ends where the next one begins, and is as long', () => {
    expect(periodBefore({ from: 100, before: 130 })).toEqual({ from: 70, before: 100 });
  });
});

test('of no sums everything is none', () => {
  expect(serviceOf([])).toEqual({ ...nothing, answer: none, closing: none });
  expect([servicesOf([], new Map()), slotsOf([])]).toEqual([[], []]);
});

test('what took a time says how long; answers and closings do not mix, and the rest is only counted', () => {
  const service = serviceOf([
    sum({ kind: 'opened', n: 4 }),
    sum({ kind: 'missed', n: 2 }),
    // 5 to 10 s, and 1 to 1.5 h.
    sum({ kind: 'answered', bucket: 1, n: 3 }),
    sum({ kind: 'answered', bucket: 1, n: 1 }),
    sum({ kind: 'closed', bucket: 19, n: 2 }),
  ]);
  expect(service).toEqual({
    ...{ opened: 4, reopened: 0, answered: 4, closed: 2, missed: 2 },
    answer: { p50: 7_500, p90: 9_500 },
    closing: { p50: 1.25 * HOUR, p90: 1.45 * HOUR },
  });
});

test('the parts are the whole, by whatever key, and in whatever order their sums come', () => {
  fc.assert(
    fc.property(fc.array(anySum, { maxLength: 40 }), (sums) => {
      const parts = servicesOf(sums, new Map());
      for (const kind of MilestoneKind.options) expect(parts.reduce((n, part) => n + part[kind], 0)).toBe(serviceOf(sums)[kind]);
      expect(serviceOf(sums.toReversed())).toEqual(serviceOf(sums));
      for (const part of parts)
        expect(part).toEqual({ id: part.id, name: null, ...serviceOf(sums.filter(({ key }) => key === part.id)) });
    }),
  );
});

test('half hours are in order, each once, with all of its kinds', () => {
  const sums = [
    { slot: 2 * SLOT_MS, kind: 'missed' as const, n: 1 },
    { slot: SLOT_MS, kind: 'closed' as const, n: 2 },
    { slot: SLOT_MS, kind: 'opened' as const, n: 3 },
  ];
  expect(slotsOf(sums)).toEqual([
    { at: SLOT_MS, ...nothing, closed: 2, opened: 3 },
    { at: 2 * SLOT_MS, ...nothing, missed: 1 },
  ]);
  expect(tallyOf(sums)).toEqual({ ...nothing, missed: 1, closed: 2, opened: 3 });
});

test('by name those that are gone are last; by activity closings and misses do not count', () => {
  const names = new Map([['a', 'Zoë'], ['b', 'Ana'], ['c', 'Ben']]); // prettier-ignore
  const services = servicesOf(
    [
      sum({ key: 'x' }),
      sum({ key: 'a', n: 1 }),
      sum({ key: 'b', n: 1 }),
      sum({ key: 'c', kind: 'closed', n: 9 }),
      sum({ key: 'w' }),
      sum({ key: 'c', kind: 'missed', n: 9 }),
    ],
    names,
  );
  const ids = (sorted: readonly { id: string }[]) => sorted.map(({ id }) => id).join('');
  expect(ids(services.toSorted(byName))).toBe('bcawx');
  expect(ids(services.toSorted(byActivity))).toBe('bawxc');
});
