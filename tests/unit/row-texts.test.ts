import { expect, test } from 'vitest';
import type { Summary } from '../../src/lib/domain/summary';
import { hueOf, initialsOf, shortName } from '../../src/lib/inbox/person-mark';
import { rowLabel } from '../../src/lib/inbox/row-label';
import { agoInWords, timeAgo, timeLeft, timeLeftInWords, urgencyOf } from '../../src/lib/inbox/time-text';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 22, 12);

test.each([
  [23 * HOUR + 58 * MINUTE + 59_999, '23h 58m', 'calm'],
  [2 * HOUR, '2h 0m', 'calm'],
  [2 * HOUR - 1, '1h 59m', 'soon'],
  [30 * MINUTE, '30m', 'soon'],
  [30 * MINUTE - 1, '29m', 'now'],
  [59_999, '<1m', 'now'],
  [75 * HOUR, '3d 3h', 'calm'],
] as const)('%i ms left is shown as %s and is %s', (left, text, urgency) => {
  expect(timeLeft(left)).toBe(text);
  expect(urgencyOf(left)).toBe(urgency);
});

test.each([
  [0, 'now'],
  [-5 * MINUTE, 'now'],
  [6 * MINUTE, '6m'],
  [22 * HOUR, '22h'],
  [3 * 24 * HOUR, '3d'],
  [20 * 24 * HOUR, '2 Nov'],
  [400 * 24 * HOUR, '18 Oct 2025'],
])('what happened %i ms ago is %s', (age, text) => {
  expect(timeAgo(NOW - age, NOW)).toBe(text);
});

test.each([
  [59_999, 'just now'],
  [6 * MINUTE, '6m ago'],
  [6 * 24 * HOUR, '6d ago'],
  [8 * 24 * HOUR, 'on 14 Nov'],
])('in a sentence an age of %i ms is “%s”', (age, words) => {
  expect(agoInWords(NOW - age, NOW)).toBe(words);
});

test.each([
  ['Aanya Rao', 'AR'],
  ['lucía maría ortega', 'LO'],
  ['Cher', 'C'],
  ['木村 花', '木'],
  ['נועה לוי', 'נ'],
  ['+49 151 2345 6789', '#'],
  ['   ', '#'],
  ['👩‍🚀 Zed', 'Z'],
])('the initials of %j are %j', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('a colleague is named shortly', () => {
  expect(shortName('Ben Kaya')).toBe('Ben K.');
  expect(shortName(' Ben ')).toBe('Ben');
});

test('a hue stays on the circle and differs between neighbours', () => {
  const hues = Array.from({ length: 50 }, (_, i) => hueOf(`contact-${i}`));
  expect(hues.every((hue) => hue >= 0 && hue <= 360)).toBe(true);
  expect(new Set(hues).size).toBeGreaterThan(40);
});

const row: Summary = {
  id: 'x',
  version: 1,
  contact: { id: 'c', name: 'Aanya Rao', address: '+1' },
  channel: { id: 'demo-whatsapp', provider: 'whatsapp' },
  campaign: null,
  ticketStatus: 'new',
  ticketChangedAt: NOW,
  snoozedUntil: null,
  snoozedBy: null,
  tab: 'active',
  lastMessage: { text: 'Hi', direction: 'inbound', at: NOW },
  lastInboundAt: NOW,
  activeUntil: NOW + 2 * HOUR + MINUTE,
  sendWindowUntil: null,
  unread: 3,
  unanswered: true,
  lock: { agentId: 'ben', agentName: 'Ben Kaya', since: NOW },
};

test('a row says customer, channel, status, unread, window left, locked by', () => {
  expect(rowLabel(row, NOW, 'ana')).toBe('Aanya Rao, WhatsApp, New, 3 unread, 2 hours 1 minute left, locked by Ben Kaya');
  expect(rowLabel(row, NOW, 'ben')).toMatch(/locked by you$/);
  expect(rowLabel(row, NOW, 'ben', { selected: true, hasDraft: true })).toMatch(/locked by you, an answer begun, selected$/);
});

test('a row says nothing of what is not there', () => {
  expect(rowLabel({ ...row, unread: 0, lock: null, activeUntil: NOW }, NOW, 'ana')).toBe('Aanya Rao, WhatsApp, New');
  expect(timeLeftInWords(1)).toBe('less than a minute');
});
