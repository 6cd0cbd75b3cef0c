import { describe, expect, test } from 'vitest';
import { DeviceStore } from '../../src/lib/inbox/device-store';
import { DraftTexts } from '../../src/lib/inbox/draft-texts.svelte';
import { draftsOf, joinDraft } from '../../src/lib/inbox/drafts';

function aStore(entries = new Map<string, string>()) {
  return {
    entries,
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
    key: (place: number) => [...entries.keys()][place] ?? null,
    get length() { return entries.size; },
  }; // prettier-ignore
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

describe('what the list shows of drafts', () => {
  test('is what this user had begun before, and nobody else’s', () => {
    const store = aStore();
    draftsOf('ana', store).save('c1', 'One\n two  three ');
    draftsOf('ben', store).save('c2', 'Not hers');
    draftsOf('ana', store, 'note').save('c3', 'Only a note');
    const texts = new DraftTexts('ana', store);
    expect(['c1', 'c2', 'c3'].map((id) => texts.begun(id))).toEqual(['One two three', null, null]);
  });

  test('follows what is written here, and goes when it is empty', () => {
    const store = aStore();
    const texts = new DraftTexts('ana', store);
    texts.save('c1', 'Hello');
    expect([texts.begun('c1'), draftsOf('ana', store).load('c1')]).toEqual(['Hello', 'Hello']);
    texts.save('c1', '  ');
    expect([texts.begun('c1'), store.length]).toEqual([null, 0]);
  });

  test('follows what another tab has written, or cleared away', () => {
    const store = aStore();
    const texts = new DraftTexts('ana', store);
    draftsOf('ana', store).save('c1', 'From there');
    texts.changed('parley:draft:ana:c1');
    texts.changed('parley:draft:ben:c1');
    expect(texts.begun('c1')).toBe('From there');
    store.entries.clear();
    texts.changed(null);
    expect(texts.begun('c1')).toBeNull();
  });

  test('is as short as a row', () => {
    const texts = new DraftTexts('ana', aStore());
    texts.save('c1', 'x'.repeat(4_000));
    expect(texts.begun('c1')).toBe('x'.repeat(200));
  });
});

describe('what the browser does not keep', () => {
  const full = (entries: Map<string, string>) =>
    Object.assign(aStore(entries), { setItem: () => { throw new Error('QuotaExceededError'); }, clear: () => undefined }); // prettier-ignore

  test.each([
    ['is switched off', null],
    ['is full', full(new Map([['parley:draft:ana:c1', '{"text":"Older"}']]))],
  ])('is there as long as the page, and saving says so: storage %s', (_, browser) => {
    const store = new DeviceStore(browser);
    const texts = new DraftTexts('ana', store);
    expect([texts.save('c1', 'Hello'), texts.load('c1'), texts.begun('c1')]).toEqual([false, 'Hello', 'Hello']);
    expect(draftsOf('ana', store).load('c1'), 'whoever opens the conversation next').toBe('Hello');
    texts.save('c1', '');
    expect([texts.load('c1'), texts.begun('c1')]).toEqual(['', null]);
  });

  test('gives way to what it does keep later', () => {
    const browser = Object.assign(aStore(), { clear: () => undefined });
    const { setItem } = browser;
    const store = new DeviceStore(browser);
    browser.setItem = () => { throw new Error('QuotaExceededError'); }; // prettier-ignore
    draftsOf('ana', store).save('c1', 'One');
    browser.setItem = setItem;
    expect(draftsOf('ana', store).save('c1', 'Two')).toBe(true);
    draftsOf('ana', browser).save('c1', 'Three, in another tab');
    expect(draftsOf('ana', store).load('c1')).toBe('Three, in another tab');
  });
});

test('texts that come back stand before what is being written; nothing is lost', () => {
  expect(joinDraft(['one', 'two'], 'three')).toBe('one\n\ntwo\n\nthree');
  expect(joinDraft(['one'], '')).toBe('one');
});
