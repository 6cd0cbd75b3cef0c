import { expect, test } from 'vitest';
import { conversationOf } from '../bench/data/conversations';
import { digestOf } from '../bench/data/load';
import { CAMPAIGNS, campaignOf, FAMILY_NAMES, familyNameOf, GIVEN_NAMES, givenNameOf, LABELS, VOCABULARY, wordOf } from '../bench/data/vocabulary'; // prettier-ignore

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const rows = Array.from({ length: 5_000 }, (_, n) => conversationOf(n, NOW));
const unlike = (count: number, of: (i: number) => unknown) => new Set(Array.from({ length: count }, (_, i) => of(i))).size;

test('the data set of the benchmark has the same bytes in every run', () => {
  // Another digest makes figures of before and after no more comparable: say so where they are kept.
  expect(digestOf(1_000)).toBe('490a968d13a02533');
  expect(conversationOf(4_711, NOW)).toEqual(conversationOf(4_711, NOW));
});

test('it is made as the benchmark says', () => {
  expect(unlike(VOCABULARY, wordOf)).toBe(VOCABULARY);
  expect(unlike(GIVEN_NAMES, givenNameOf)).toBe(GIVEN_NAMES);
  expect(unlike(FAMILY_NAMES, familyNameOf)).toBe(FAMILY_NAMES);
  expect(unlike(CAMPAIGNS, (i) => campaignOf(i).id)).toBe(CAMPAIGNS);
  expect(new Set(Array.from({ length: CAMPAIGNS }, (_, i) => campaignOf(i).labels).flat()).size).toBe(LABELS);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  const share = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length / rows.length;
  expect(share(({ lastInboundAt }) => NOW - lastInboundAt < DAY)).toBeCloseTo(0.1, 1);
  expect(share(({ lastInboundAt }) => NOW - lastInboundAt < 15 * DAY)).toBe(1);
  expect(share(({ lastMessage: { text } }) => text.length >= 50 && text.length <= 120)).toBeGreaterThan(0.99);
  expect(new Set(rows.map(({ ticketStatus }) => ticketStatus)).size).toBe(3);
  const largest = share(({ campaign }) => campaign?.id === campaignOf(0).id);
  expect(largest).toBeGreaterThan(5 * share(({ campaign }) => campaign?.id === campaignOf(400).id));
});
