import { describe, expect, test } from 'vitest';
import { draftsOf, joinDraft } from '../../src/lib/inbox/drafts';

function aStore(entries = new Map<string, string>()) {
  return {
    entries,
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
}

describe('drafts', () => {
  test('are kept by user and conversation', () => {
    const store = aStore();
    draftsOf('ana', store).save('c1', 'Hello');
    expect(draftsOf('ana', store).load('c1')).toBe('Hello');
    expect([draftsOf('ana', store).load('c2'), draftsOf('ben', store).load('c1')]).toEqual(['', '']);
  });

  test('leave nothing behind once they are empty', () => {
    const store = aStore();
    draftsOf('ana', store).save('c1', 'Hello');
    draftsOf('ana', store).save('c1', ' \n');
    expect(store.entries.size).toBe(0);
  });

  test('say so when the browser has no room, and do not fail', () => {
    const full = { ...aStore(), setItem: () => { throw new Error('QuotaExceededError'); } }; // prettier-ignore
    expect(draftsOf('ana', full).save('c1', 'Hello')).toBe(false);
  });

  test('of a damaged store are empty', () => {
    const store = aStore(new Map([['parley:draft:ana:c1', '{broken']]));
    expect(draftsOf('ana', store).load('c1')).toBe('');
  });
});

test('texts that come back stand before what is being written; nothing is lost', () => {
  expect(joinDraft(['one', 'two'], 'three')).toBe('one\n\ntwo\n\nthree');
  expect(joinDraft(['one'], '')).toBe('one');
});
