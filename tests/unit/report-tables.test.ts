import { afterAll, expect, test, vi } from 'vitest';
import { recordsOf } from '../../src/lib/domain/csv';
import type { ServiceOf } from '../../src/lib/domain/report';
import { csvName, partsCsv, serviceCsv } from '../../src/lib/reports/report-csv';
import { columnsOf, sortedBy, sortedRows, usualSort } from '../../src/lib/reports/service-rows';

const usual = vi.hoisted(() => {
  const usual = process.env.TZ;
  // Formats keep the zone that they were made in.
  process.env.TZ = 'Asia/Kolkata';
  return usual;
});
afterAll(() => {
  if (usual === undefined) delete process.env.TZ;
  else process.env.TZ = usual;
});

const row = (id: string, name: string | null, opened: number, p50: number | null = null): ServiceOf => ({
  id, name, opened, reopened: 1, answered: 2, closed: 3, missed: 4, answer: { p50, p90: null }, closing: { p50: null, p90: null },
}); // prettier-ignore
const rows = [row('a', 'Ben', 5, 60_000), row('b', null, 9, null), row('c', 'ana', 5, 90_400), row('d', 'Zoe', 7, 30_000)];
const read = (csv: string) => [...recordsOf(csv, ',')].map(({ cells }) => cells);
const order = (sort: Parameters<typeof sortedRows>[2]) => sortedRows('agents', rows, sort).map(({ id }) => id).join(''); // prettier-ignore

test('channels and campaigns begin with what was opened most, agents with A', () => {
  expect(usualSort('campaigns')).toEqual({ key: 'opened', isDown: true });
  expect(order(usualSort('agents'))).toBe('cadb');
  expect(sortedRows('campaigns', rows, usualSort('campaigns')).map(({ id }) => id).join('')).toBe('bdca'); // prettier-ignore
});

test('what has no figure and no name stands last whichever way it is sorted', () => {
  expect(order({ key: null, isDown: true })).toBe('dacb');
  expect(order({ key: 'answer', isDown: true })).toBe('cadb');
  expect(order({ key: 'answer', isDown: false })).toBe('dacb');
});

test('a column that is chosen twice turns round', () => {
  const once = sortedBy(usualSort('agents'), 'closed');
  expect(once).toEqual({ key: 'closed', isDown: true });
  expect(sortedBy(once, 'closed')).toEqual({ key: 'closed', isDown: false });
  expect(sortedBy(once, null)).toEqual({ key: null, isDown: false });
});

test('of agents is not said what is nobody’s', () => {
  expect(columnsOf('agents').map(({ title }) => title)).toEqual(['Answered', 'Closed', 'First answer', 'Closing']);
  expect(columnsOf('channels').map(({ title }) => title)).toEqual(['Opened', 'Answered', 'Closed', 'Left unanswered', 'First answer', 'Closing']); // prettier-ignore
});

test('a CSV has the figures of the page, names that are no formulas, and durations in seconds', () => {
  const csv = serviceCsv('campaigns', [row('a', '=1+1, "x"', 5, 90_400), row('b', null, 9)]);
  expect(read(csv)).toEqual([
    ['Campaign', 'Opened', 'Answered', 'Closed', 'Left unanswered', 'First answer, half within (s)', 'Closing, half within (s)'],
    ['\'=1+1, "x"', '6', '2', '3', '4', '90', ''],
    ['Removed campaign', '10', '2', '3', '4', '', ''],
  ]);
});

test('days and hours are those of the time zone, in the file and in its name', () => {
  const part = { at: Date.parse('2026-11-20T00:00:00+05:30'), opened: 3, reopened: 1, answered: 2, closed: 1, missed: 0 };
  expect(read(partsCsv([part], false))).toEqual([['Day', 'Opened', 'Answered', 'Closed', 'Left unanswered'], ['2026-11-20', '4', '2', '1', '0']]); // prettier-ignore
  expect(read(partsCsv([{ ...part, at: part.at + 9 * 3_600_000 }], true))[1]?.[0]).toBe('2026-11-20 09:00');
  const period = { from: part.at, before: Date.parse('2026-11-27T00:00:00+05:30') };
  expect(csvName('days', period)).toBe('parley-days-2026-11-20-2026-11-26.csv');
});
