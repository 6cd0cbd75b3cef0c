import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { activityWords, isByItself, ticketChange } from '../../src/lib/inbox/activity-words';
import { rowLabel } from '../../src/lib/inbox/row-label';
import { fieldText, momentOf, snoozePresets, windowNote } from '../../src/lib/inbox/snooze-times';
import { timeAhead } from '../../src/lib/inbox/thread-time';
import { DAY, HOUR, policy } from '../fixtures/conversation';
import { aMessage } from '../fixtures/messages';
import { aSummary } from '../fixtures/summaries';

const MINUTE = 60_000;
const usual = process.env.TZ;
/** Node reads the zone anew when it is set. */
const inZone = (zone: string) => void (process.env.TZ = zone);
afterEach(() => {
  if (usual === undefined) delete process.env.TZ;
  else process.env.TZ = usual;
});

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Africa/Cairo', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Kiritimati'] as const; // prettier-ignore
const aRow = (now: number, sendWindowUntil: number | null = null) => aSummary({ lastInboundAt: now, sendWindowUntil });
/** What is offered, each with its local date and time. */
const offered = (now: number, row = aRow(now)) =>
  snoozePresets(row, policy, now).map(({ title, until }) => `${title}: ${fieldText(until).replace('T', ' ')}`);

describe('what is offered', () => {
  test('on a Friday at two: hours on, this evening, tomorrow, Monday', () => {
    inZone('Europe/Berlin');
    expect(offered(Date.parse('2026-11-27T14:00:30+01:00'))).toEqual([
      'In 1 hour: 2026-11-27 15:01',
      'In 3 hours: 2026-11-27 17:01',
      'This evening: 2026-11-27 18:00',
      'Tomorrow: 2026-11-28 09:00',
      'Monday: 2026-11-30 09:00',
    ]);
  });

  test.each([
    ['at six the evening is not ahead any more', '2026-11-27T18:00:00', ['In 1 hour', 'In 3 hours', 'Tomorrow', 'Monday']],
    ['a minute before it is', '2026-11-27T17:59:00', ['In 1 hour', 'In 3 hours', 'This evening', 'Tomorrow', 'Monday']],
    [
      'at three it is three hours off, which is said once',
      '2026-11-27T15:00:00',
      ['In 1 hour', 'In 3 hours', 'Tomorrow', 'Monday'],
    ],
    ['on a Sunday tomorrow is Monday', '2026-11-29T20:00:00', ['In 1 hour', 'In 3 hours', 'Tomorrow']],
    ['on a Monday it is the next one', '2026-11-30T07:00:00', ['In 1 hour', 'In 3 hours', 'This evening', 'Tomorrow', 'Monday']],
  ])('%s', (_, time, titles) => {
    inZone('Europe/Berlin');
    const now = Date.parse(`${time}+01:00`);
    expect(snoozePresets(aRow(now), policy, now).map(({ title }) => title)).toEqual(titles);
  });

  test('nine o’clock is nine by the clock on the wall, though a night is 23 or 25 hours long', () => {
    inZone('Europe/Berlin');
    expect(offered(Date.parse('2026-03-28T10:00:00+01:00'))).toContain('Tomorrow: 2026-03-29 09:00');
    expect(offered(Date.parse('2026-10-24T10:00:00+02:00'))).toContain('Tomorrow: 2026-10-25 09:00');
    // And an hour is an hour, also when that hour comes twice.
    const now = Date.parse('2026-10-25T02:30:00+02:00');
    expect(snoozePresets(aRow(now), policy, now)[0]?.until).toBe(now + HOUR);
  });

  test('an hour before the window closes, when that is half an hour off', () => {
    const now = Date.UTC(2026, 10, 27, 10);
    const titles = (until: number | null) => snoozePresets(aRow(now, until), policy, now).map(({ title }) => title);
    const title = '1 hour before the window closes';
    expect(titles(null)).not.toContain(title);
    expect(titles(now + 1.5 * HOUR - 1)).not.toContain(title);
    expect(titles(now + 1.5 * HOUR)).toContain(title);
    expect(snoozePresets(aRow(now, now + 20 * HOUR), policy, now).at(-1)).toEqual({ title, until: now + 19 * HOUR });
  });

  test('nothing that comes after the conversation has left the lists', () => {
    inZone('UTC');
    const now = Date.UTC(2026, 10, 27, 10);
    const row = aSummary({ lastInboundAt: now - 15 * DAY + 2 * HOUR, sendWindowUntil: null });
    expect(offered(now, row)).toEqual(['In 1 hour: 2026-11-27 11:00']);
  });

  test('in any zone at any time: ahead, in whole minutes, each once, and what its name says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2029, 0) }), (zone, now) => {
        inZone(zone);
        const presets = snoozePresets(aRow(now, now + DAY), policy, now);
        expect(new Set(presets.map(({ until }) => until)).size).toBe(presets.length);
        for (const { title, until } of presets) {
          const date = new Date(until);
          expect(until, title).toBeGreaterThan(now);
          if (title.startsWith('In ')) expect(until % MINUTE).toBe(0);
          if (title === 'This evening')
            expect([date.toDateString(), date.getHours()]).toEqual([new Date(now).toDateString(), 18]);
          if (title === 'Tomorrow' || title === 'Monday') expect([date.getHours(), date.getMinutes()]).toEqual([9, 0]);
          if (title === 'Monday') expect(date.getDay()).toBe(1);
        }
        expect(presets.map(({ title }) => title)).toContain('Tomorrow');
      }),
    );
  });
});

test('what lies after the window says so, and what may go out then', () => {
  const now = Date.UTC(2026, 10, 27, 10);
  const row = aRow(now, now + DAY);
  expect(windowNote(row, now + DAY - 1)).toBeNull();
  expect(windowNote(row, now + DAY)).toBe('After the window closes: only templates then');
  const messenger = { ...row, channel: { id: 'm', provider: 'messenger' as const } };
  expect(windowNote(messenger, now + DAY)).toBe('After the window closes: no answer goes out then');
  expect(windowNote(aRow(now), now + 10 * DAY)).toBeNull();
});

test('a field for date and time is read as it was written, in any zone', () => {
  for (const zone of zones) {
    inZone(zone);
    const at = Date.UTC(2026, 10, 27, 10, 15);
    expect(momentOf(fieldText(at)), zone).toBe(at);
  }
  for (const text of ['', '2026-11-27', '2026-13-45T10:00', 'now']) expect(momentOf(text), text).toBeNull();
});

describe('in words', () => {
  const now = Date.parse('2026-11-27T14:00:00+01:00');
  test.each([
    ['2026-11-27T18:00:00+01:00', '18:00'],
    ['2026-11-28T09:00:00+01:00', 'Sat 09:00'],
    ['2026-12-03T09:00:00+01:00', 'Thu 09:00'],
    ['2026-12-04T09:00:00+01:00', '4 Dec 09:00'],
  ])('%s is %s', (text, words) => {
    // The formats of a page are made once, in the zone that it begins in.
    const at = Date.parse(text) + new Date(now).getTimezoneOffset() * MINUTE + HOUR;
    const local = now + new Date(now).getTimezoneOffset() * MINUTE + HOUR;
    expect(timeAhead(at, local)).toBe(words);
  });

  test('a row says it', () => {
    const row = aSummary({ ticketStatus: 'pending', snoozedUntil: now + 4 * HOUR });
    expect(rowLabel(row, now, 'ana')).toContain(`, Pending, snoozed until ${timeAhead(now + 4 * HOUR, now)}, `);
    expect(rowLabel(aSummary(), now, 'ana')).not.toContain('snoozed');
  });

  const ana = { id: 'ana', name: 'Ana Lima' };
  const snoozed = (until: number) =>
    aMessage(1, { kind: 'activity', at: now, author: ana, text: 'Ana Lima snoozed the conversation', activity: { type: 'snoozed', until } }); // prettier-ignore
  const woken = aMessage(2, { kind: 'activity', at: now, author: null, text: 'Snooze ended · ticket is New', activity: { type: 'woken', by: ana } }); // prettier-ignore
  const set = (author: typeof ana | null) =>
    aMessage(3, { kind: 'activity', author, text: 'x', activity: { type: 'ticket', from: 'pending', to: 'new' } });

  test('the thread says until when, in the zone of who reads it', () => {
    expect(activityWords(snoozed(now + HOUR))).toMatch(/^Ana Lima snoozed the conversation until \d\d:00$/);
    expect(activityWords(snoozed(now + 3 * DAY))).toMatch(/ until 30 Nov, \d\d:00$/);
    expect(activityWords(woken)).toBe('Snooze ended · ticket is New');
  });

  test('the history says what became of the ticket and by whom', () => {
    expect(ticketChange(snoozed(now + 3 * DAY))).toMatchObject({ to: 'pending', by: expect.stringMatching(/^Ana Lima, snoozed until 30 Nov/) }); // prettier-ignore
    expect(ticketChange(woken)).toEqual({ to: 'new', by: 'snooze ended, set by Ana Lima' });
    expect([ticketChange(set(ana))?.by, ticketChange(set(null))?.by]).toEqual(['Ana Lima', 'reply']);
    expect(ticketChange(aMessage(4))).toBeNull();
    expect([woken, set(null), set(ana), snoozed(now)].map(isByItself)).toEqual([true, true, false, false]);
  });
});
