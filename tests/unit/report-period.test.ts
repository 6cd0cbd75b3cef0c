import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { MOST_DAYS, ReportQuery } from '../../src/lib/domain/report';
import { SLOT_MS } from '../../src/lib/domain/milestone';
import {
  dayStarts,
  hourStarts,
  isoDay,
  periodAt,
  periodFrom,
  PeriodName,
  reportsHref,
  yesterdayOf,
} from '../../src/lib/reports/period';

const HOUR = 3_600_000;
const usual = process.env.TZ;
/** Node reads the zone anew when it is set. */
const inZone = (zone: string) => void (process.env.TZ = zone);
afterEach(() => {
  if (usual === undefined) delete process.env.TZ;
  else process.env.TZ = usual;
});

// Clocks that change at 2:00, at midnight and by half an hour; no whole hours; the far ends of the day.
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Africa/Cairo', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']; // prettier-ignore
const moments = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) });

test('the period is in the address, and what was never one is 7 days', () => {
  for (const name of PeriodName.options)
    expect(periodFrom(new URL(reportsHref(name), 'https://parley.test').searchParams)).toBe(name);
  for (const text of ['', 'period=', 'period=1y', 'period=7D']) expect(periodFrom(new URLSearchParams(text))).toBe('7d');
});

test('seven days end with the half hour that is now and begin at a midnight', () => {
  inZone('Europe/Berlin');
  const { from, before } = periodAt('7d', Date.parse('2026-11-26T14:10:00+01:00'));
  expect([from, before]).toEqual([Date.parse('2026-11-20T00:00:00+01:00'), Date.parse('2026-11-26T14:30:00+01:00')]);
  expect(periodAt('7d', before).before, 'a half hour that begins is in it').toBe(before + SLOT_MS);
});

describe('a change of the clock', () => {
  test('leaves midnights at midnight, and a day may have 23 or 25 hours', () => {
    inZone('Europe/Berlin');
    const autumn = periodAt('7d', Date.parse('2026-10-26T10:00:00+01:00'));
    expect(autumn.from).toBe(Date.parse('2026-10-20T00:00:00+02:00'));
    const starts = dayStarts(autumn);
    expect(starts.map(isoDay)).toEqual([
      '2026-10-20',
      '2026-10-21',
      '2026-10-22',
      '2026-10-23',
      '2026-10-24',
      '2026-10-25',
      '2026-10-26',
    ]);
    expect((starts[6] ?? 0) - (starts[5] ?? 0)).toBe(25 * HOUR);
    expect(hourStarts({ from: starts[5] ?? 0, before: starts[6] ?? 0 })).toHaveLength(25);
    const spring = dayStarts(periodAt('7d', Date.parse('2026-03-30T10:00:00+02:00')));
    expect((spring[6] ?? 0) - (spring[5] ?? 0)).toBe(23 * HOUR);
  });

  test('at midnight lets a day begin with its first moment', () => {
    inZone('Africa/Cairo');
    // 24 April 2026: from 00:00 to 01:00.
    const { from } = periodAt('today', Date.parse('2026-04-24T09:00:00+03:00'));
    expect(from).toBe(Date.parse('2026-04-24T01:00:00+03:00'));
  });
});

test('today is set beside yesterday until the same time of day', () => {
  inZone('Europe/Berlin');
  const today = periodAt('today', Date.parse('2026-10-26T10:10:00+01:00'));
  expect(yesterdayOf(today)).toEqual({
    from: Date.parse('2026-10-25T00:00:00+02:00'),
    before: Date.parse('2026-10-25T10:30:00+01:00'),
  });
});

test.each(zones)(
  'in %s any period at any time is one that can be asked for, and its days lie in it one after the other',
  (zone) => {
    inZone(zone);
    fc.assert(
      fc.property(moments, fc.constantFrom(...PeriodName.options), (now, name) => {
        const period = periodAt(name, now);
        const { from, before } = period;
        expect(ReportQuery.safeParse({ from, before }).success).toBe(true);
        expect(ReportQuery.safeParse(yesterdayOf(period)).success).toBe(true);
        expect(from <= now && now < before && before - now <= SLOT_MS).toBe(true);
        const starts = dayStarts(period);
        expect(starts[0]).toBe(from);
        expect(new Set(starts.map(isoDay)).size).toBe(starts.length);
        expect(starts.every((at, i) => at < before && at > (starts[i - 1] ?? 0))).toBe(true);
        // A half hour that reaches over midnight, where zones are not of whole half hours, brings the next day with it.
        const days = { today: 1, '7d': 7, '30d': 30, '90d': 90 }[name];
        expect(starts.length - days).toBeLessThanOrEqual(zone === 'Asia/Kathmandu' ? 1 : 0);
        expect(starts.length).toBeLessThanOrEqual(MOST_DAYS);
      }),
      { numRuns: 60 },
    );
  },
);
