import { expect, test } from 'vitest';
import { countText } from '../../src/lib/inbox/count-text';

test.each([
  [{ total: 1_234, new: 1_200, pending: 34, closed: 0 }, 'total', '1,234'],
  [{ total: 10_034, new: 10_000, pending: 34, closed: 0 }, 'total', '10,034+'],
  [{ total: 10_034, new: 10_000, pending: 34, closed: 0 }, 'new', '10,000+'],
  [{ total: 10_034, new: 10_000, pending: 34, closed: 0 }, 'pending', '34'],
  [{ total: 11_000, new: 9_000, pending: 1_000, closed: 1_000 }, 'total', '11,000'],
] as const)('of %j %s is shown as %s', (counts, which, text) => {
  expect(countText(counts, which, 10_000)).toBe(text);
});
