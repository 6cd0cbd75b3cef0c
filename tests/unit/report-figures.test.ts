import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Service, Tally } from '../../src/lib/domain/report';
import { SLOT_MS } from '../../src/lib/domain/milestone';
import { labelEvery, ticksOf } from '../../src/lib/reports/chart';
import { durationText } from '../../src/lib/reports/duration-text';
import { countChange, countFigures, durationFigures } from '../../src/lib/reports/headline';
import { dayStarts, periodAt } from '../../src/lib/reports/period';
import { besideWords, datesText } from '../../src/lib/reports/period-words';
import { rangeNames } from '../../src/lib/reports/range-names';
import { openedOf, partsOf } from '../../src/lib/reports/tally';
import { busiest, firstWeekday, hourText, longDays, weekOf } from '../../src/lib/reports/week';

const usual = vi.hoisted(() => {
  const usual = process.env.TZ;
  // Formats keep the zone that they were made in.
  process.env.TZ = 'Europe/Berlin';
  return usual;
});
afterAll(() => {
  if (usual === undefined) delete process.env.TZ;
  else process.env.TZ = usual;
});

const none: Tally = { opened: 0, reopened: 0, answered: 0, closed: 0, missed: 0 };
const slot = (at: string | number, tally: Partial<Tally>) => ({
  ...none,
  ...tally,
  at: typeof at === 'number' ? at : Date.parse(at),
});
const service = (tally: Partial<Service>): Service => ({
  ...none,
  answer: { p50: null, p90: null },
  closing: { p50: null, p90: null },
  ...tally,
});

test.each([
  [0, '0 s'],
  [45_400, '45 s'],
  [59_600, '1 min'],
  [12 * 60_000, '12 min'],
  [59.6 * 60_000, '1 h'],
  [130 * 60_000, '2 h 10 min'],
  [120 * 60_000, '2 h'],
  [1_439.6 * 60_000, '1 d'],
  [76 * 3_600_000, '3 d 4 h'],
  [12.4 * 86_400_000, '12 d'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('the ranges of first answers have names', () => {
  expect(rangeNames).toEqual([
    'under 1 min',
    '1 min – 5 min',
    '5 min – 15 min',
    '15 min – 1 h',
    '1 h – 4 h',
    '4 h – 1 d',
    'over 1 d',
  ]);
});

test('the dates of a period are those of its first and its last day', () => {
  expect(datesText(periodAt('7d', Date.parse('2026-11-26T23:50:00+01:00')))).toMatch(/^20\s?–\s?26 November 2026$/);
});

describe('half hours are summed up into local days', () => {
  const period = periodAt('7d', Date.parse('2026-10-26T10:00:00+01:00'));
  const starts = dayStarts(period);

  test('the half hours beside a midnight and those of a changed clock belong to their own day', () => {
    const slots = [
      slot('2026-10-24T23:30:00+02:00', { opened: 1 }),
      slot('2026-10-25T00:00:00+02:00', { opened: 2, reopened: 1 }),
      slot('2026-10-25T02:30:00+02:00', { answered: 4 }),
      slot('2026-10-25T02:30:00+01:00', { answered: 8 }),
      slot('2026-10-25T23:30:00+01:00', { closed: 16, missed: 32 }),
      slot('2026-10-26T00:00:00+01:00', { opened: 64 }),
    ];
    expect(partsOf(slots, starts).slice(4)).toEqual([
      { ...none, at: starts[4], opened: 1 },
      { at: starts[5], opened: 2, reopened: 1, answered: 12, closed: 16, missed: 32 },
      { ...none, at: starts[6], opened: 64 },
    ]);
  });

  test('nothing is lost and nothing counted twice, by days and by the map of the week', () => {
    const slots = fc
      .uniqueArray(fc.tuple(fc.integer({ min: -1, max: 300 }), fc.nat(9), fc.nat(3)), { selector: ([n]) => n })
      .map((all) =>
        all.sort(([a], [b]) => a - b).map(([n, opened, reopened]) => slot(period.from + n * SLOT_MS, { opened, reopened })),
      );
    fc.assert(
      fc.property(slots, fc.nat(6), (of, first) => {
        const sum = of.reduce((total, one) => total + openedOf(one), 0);
        expect(partsOf(of, starts).reduce((total, one) => total + openedOf(one), 0)).toBe(sum);
        const week = weekOf(of, first);
        expect(week.map(({ weekday }) => weekday)).toEqual(Array.from({ length: 7 }, (_, i) => (first + i) % 7));
        expect(week.flatMap(({ hours }) => hours).reduce((total, n) => total + n, 0)).toBe(sum);
      }),
    );
  });
});

test('the map of the week is of local weekdays and hours, and says which is the fullest', () => {
  const week = weekOf([slot('2026-11-22T23:30:00Z', { opened: 3 }), slot('2026-11-23T00:00:00+01:00', { reopened: 2 })], 1);
  expect(week[0]).toMatchObject({ weekday: 1, hours: [5, ...new Array<number>(23).fill(0)] });
  expect(busiest(week)).toEqual({ weekday: 1, hour: 0, count: 5 });
  expect(longDays[1]).toBe('Monday');
  expect(busiest(weekOf([], 1))).toBeNull();
  expect([hourText(9), hourText(23)]).toEqual(['09:00–10:00', '23:00–00:00']);
});

test('a week begins as it does where people live, with Monday where that is not known', () => {
  expect([firstWeekday(['de-DE']), firstWeekday(['en-US', 'de']), firstWeekday([])]).toEqual([1, 0, 1]);
});

describe('what has changed', () => {
  test.each([
    [112, 100, '+12% on the 7 days before'],
    [88, 100, '-12% on the 7 days before'],
    [0, 100, '-100% on the 7 days before'],
    [100, 100, 'as many as in the 7 days before'],
    [1_001, 1_000, 'nearly as many as in the 7 days before'],
    [40, 3, '3 in the 7 days before'],
  ])('%i after %i: %s', (count, before, words) => {
    expect(countChange(count, before, besideWords['7d'])).toBe(words);
  });

  test('is not said when there was nothing before, and a share of none is no share', () => {
    const figures = countFigures(service({ opened: 3, reopened: 1 }), service({}), besideWords.today);
    expect(figures.map(({ title, value, change }) => [title, value, change])).toEqual([
      ['Opened', '4', null],
      ['Answered', '0', null],
      ['Closed', '0', null],
      ['Left unanswered', '0', null],
      ['Reopened', '–', null],
    ]);
  });

  test('of a share and of a duration is what it was', () => {
    const before = service({ closed: 50, reopened: 1, answer: { p50: 1_800_000, p90: null } });
    const counts = countFigures(service({ closed: 40, reopened: 3 }), before, besideWords['7d']);
    expect(counts.at(-1)).toMatchObject({ value: '7.5%', change: '2% before' });
    const times = durationFigures(service({ answer: { p50: 840_000, p90: 7_800_000 } }), before);
    expect(times.map(({ title, value, change }) => [title, value, change])).toEqual([
      ['First answer: half within', '14 min', '30 min before'],
      ['First answer: nine of ten within', '2 h 10 min', null],
      ['Closing: half within', '–', null],
      ['Closing: nine of ten within', '–', null],
    ]);
  });
});

test.each([
  [0, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [90, [0, 25, 50, 75, 100]],
  [101, [0, 50, 100, 150]],
])('a height of %i is read by %j', (most, ticks) => {
  expect(ticksOf(most)).toEqual(ticks);
});

test('any height has whole lines up to it, and not many', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (most) => {
      const ticks = ticksOf(most);
      expect(ticks.every((tick) => Number.isInteger(tick))).toBe(true);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
      expect(ticks.at(-2)).toBeLessThan(Math.max(1, most));
      expect(ticks.length).toBeLessThanOrEqual(5);
    }),
  );
});

test('labels stand no closer than they are wide', () => {
  expect([labelEvery(160, 58), labelEvery(58, 58), labelEvery(12, 58), labelEvery(0, 58)]).toEqual([1, 1, 5, 58]);
});
