import { expect, test } from 'vitest';
import { countText } from '../../src/lib/inbox/count-text';

test.each([
  [{ total: 1_234, new: 1_200, pending: 34, closed: 0 }, 'total', '1,234'],
  [{ total: 10_034, new: 10_000, pending: 34, closed: 0 }, 'total', '10,034+'],
  [{ total: 10_034, new: 10_000, pending: 34, closed: 0 }, 'new', '10,000+'],
  [{ total: 10_034, new: 10_000, pending: 34, closed: 0 }, 'pending', '34'],
  [{ total: 11_000, new: 9_000, pending: 1_000, closed: 1_000 }, 'total', '11,000'],
] as const)('of all %j %s is shown as %s', (counts, which, text) => {
  expect(countText(counts, which, { ticketStatuses: ['new'] })).toBe(text);
});

test.each([
  [{ total: 999, new: 900, pending: 99, closed: 0 }, 'total', '999'],
  [{ total: 1_000, new: 900, pending: 100, closed: 0 }, 'total', '1,000+'],
  [{ total: 1_000, new: 900, pending: 100, closed: 0 }, 'pending', '100+'],
] as const)('of some %j %s is shown as %s', (counts, which, text) => {
  expect(countText(counts, which, { labels: ['promo'] })).toBe(text);
});
