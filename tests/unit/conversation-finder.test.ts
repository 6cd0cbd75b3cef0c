import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ListQuery } from '../../src/lib/domain/list';
import type { Summary } from '../../src/lib/domain/summary';
import { ConversationFinder } from '../../src/lib/inbox/conversation-finder.svelte';
import { aSummary, idOf } from '../fixtures/summaries';

// Outside the Svelte compiler a rune is nothing but its value.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

type Asked = { query: ListQuery; signal: AbortSignal; answer: (items: Summary[]) => void; fail: (error: Error) => void };

/** A finder whose questions are answered by the test, in the order and at the moment it wants. */
function aFinder() {
  const asked: Asked[] = [];
  const finder = new ConversationFinder(
    (query, signal) =>
      new Promise((resolve, fail) => {
        asked.push({ query, signal, answer: (items) => resolve({ items, nextCursor: null }), fail });
      }),
  );
  const answer = async (at: number, active: Summary[], inactive: Summary[] = []): Promise<void> => {
    asked[at]?.answer(active);
    asked[at + 1]?.answer(inactive);
    await vi.advanceTimersByTimeAsync(0);
  };
  const type = async (text: string): Promise<void> => {
    finder.find(text);
    await vi.advanceTimersByTimeAsync(100);
  };
  return { finder, asked, answer, type, names: () => finder.rows.map(({ contact }) => contact.name) };
}
const named = (n: number, name: string): Summary =>
  aSummary({ id: idOf(n), contact: { id: `contact-${n}`, name, address: `${n}` } });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('it asks once typing pauses, in both tabs, and not for a single letter', async () => {
  const { finder, asked, type } = aFinder();
  await type('n');
  expect([asked.length, finder.status]).toEqual([0, 'idle']);
  finder.find('ni');
  await vi.advanceTimersByTimeAsync(60);
  await type('nia ');
  expect(asked.map(({ query }) => [query.tab, query.search])).toEqual([
    ['active', 'nia'],
    ['inactive', 'nia'],
  ]);
});

test('the active ones come first, at most six, and none twice', async () => {
  const { finder, type, answer, names } = aFinder();
  await type('nia');
  await answer(0, [1, 2, 3, 4].map((n) => named(n, `Nia ${n}`)), [4, 5, 6, 7].map((n) => named(n, `Nia ${n}`))); // prettier-ignore
  expect(names()).toEqual(['Nia 1', 'Nia 2', 'Nia 3', 'Nia 4', 'Nia 5', 'Nia 6']);
  expect(finder.rows.map(({ tab }) => tab).slice(3, 5)).toEqual(['active', 'inactive']);
});

test('an answer to what was typed before is given up, and changes nothing when it comes all the same', async () => {
  const { finder, asked, type, answer, names } = aFinder();
  await type('ni');
  await type('nia');
  expect(asked[0]?.signal.aborted).toBe(true);
  await answer(2, [named(2, 'Nia Two')]);
  await answer(0, [named(1, 'Nina One')]);
  expect([names(), finder.status]).toEqual([['Nia Two'], 'found']);
});

test('while the next answer is on its way it keeps what is still found', async () => {
  const { finder, type, answer, names } = aFinder();
  await type('ni');
  await answer(0, [named(1, 'Nina One'), named(2, 'Nia Two')]);
  finder.find('nin');
  expect([names(), finder.status]).toEqual([['Nina One'], 'looking']);
});

test('a failure is said, and the next try is one like any other', async () => {
  const { finder, asked, type, answer, names } = aFinder();
  await type('nia');
  asked[0]?.fail(new Error('no network'));
  await vi.advanceTimersByTimeAsync(0);
  expect([finder.status, names()]).toEqual(['failed', []]);
  await type('nia');
  await answer(2, [named(1, 'Nia One')]);
  expect([finder.status, names()]).toEqual(['found', ['Nia One']]);
});

test('one who has stopped hears nothing', async () => {
  const { finder, asked, type, answer, names } = aFinder();
  await type('nia');
  finder.stop();
  await answer(0, [named(1, 'Nia One')]);
  expect([asked[0]?.signal.aborted, names()]).toEqual([true, []]);
});
