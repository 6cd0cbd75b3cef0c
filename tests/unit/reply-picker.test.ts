import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Composer } from '../../src/lib/inbox/composer.svelte';
import { draftsOf } from '../../src/lib/inbox/drafts';
import { MAX_SHOWN, ReplyPicker, slashBefore, type PickerKey } from '../../src/lib/inbox/reply-picker.svelte';

// Outside the Svelte compiler a rune is nothing but its value.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

const aRow = (name: string, used = 0) => ({ id: name, name, text: `About ${name}`, used, version: 1, updatedAt: 0, updatedBy: 'Alex' }); // prettier-ignore
const key = (name: string, held: Partial<PickerKey> = {}): PickerKey => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const source = { rows: [] as ReturnType<typeof aRow>[] | null, hasFailed: false, refresh: vi.fn(async () => undefined) };
let picker: ReplyPicker;
let text = '';

/** Types at the end, a letter at a time. */
function type(letters: string): void {
  for (const letter of letters) picker.typedIn((text += letter), text.length, true);
}
function erase(): void {
  text = text.slice(0, -1);
  picker.typedIn(text, text.length, false);
}
const names = () => picker.shown.map(({ name }) => name);

beforeEach(() => {
  source.rows = [aRow('Greeting', 5), aRow('Great day', 2), aRow('Refund', 9)];
  source.refresh.mockClear();
  picker = new ReplyPicker(source);
  text = '';
});

describe('what stands before the caret', () => {
  test.each([
    ['/', 1, { from: 0, to: 1, typed: '' }],
    ['/gre', 4, { from: 0, to: 4, typed: 'gre' }],
    ['/gre', 2, { from: 0, to: 2, typed: 'g' }],
    ['Hi\n/gre day', 11, { from: 3, to: 11, typed: 'gre day' }],
    ['Hi /a /b', 8, { from: 6, to: 8, typed: 'b' }],
    ['/usr/bin', 8, { from: 0, to: 8, typed: 'usr/bin' }],
    ['/gre', 0, null],
    ['and/or', 6, null],
    ['https://x', 9, null],
    ['5 / 7', 5, null],
    ['/gre\nday', 8, null],
    [`/${'x'.repeat(40)}`, 41, { from: 0, to: 41, typed: 'x'.repeat(40) }],
    [`/${'x'.repeat(41)}`, 42, null],
  ])('%j at %i', (written, caret, place) => expect(slashBefore(written, caret)).toEqual(place));

  test('is always what is cut out of the text there', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('/', ' ', '\n', 'a', '😀')), fc.nat(30), (parts, at) => {
        const written = parts.join('');
        const caret = Math.min(at, written.length);
        const place = slashBefore(written, caret);
        if (place) expect(written.slice(place.from, place.to)).toBe(`/${place.typed}`);
        if (place) expect(place).toMatchObject({ to: caret, typed: expect.not.stringMatching(/^\s|\n/) });
      }),
    );
  });
});

describe('the list', () => {
  test('opens by a slash that begins a word, asks for the replies, and narrows as somebody types', () => {
    type('Well ');
    expect(picker.isOpen).toBe(false);
    type('/');
    expect([picker.isOpen, names()]).toEqual([true, ['Refund', 'Greeting', 'Great day']]);
    type('gre');
    expect(names()).toEqual(['Greeting', 'Great day']);
    expect(source.refresh).toHaveBeenCalledTimes(1);
    erase();
    expect(picker.typed).toBe('gr');
  });

  test('stays away inside of words, and when a slash is come back to or pasted with more', () => {
    type('and/');
    picker.typedIn('/', 1, false);
    picker.typedIn('/gre', 4, true);
    expect(picker.isOpen).toBe(false);
  });

  test('closes when the slash is gone, when the caret leaves it, and behind a line break', () => {
    type('/g');
    erase();
    erase();
    expect(picker.isOpen).toBe(false);
    type('/g');
    picker.movedIn(text, 0);
    expect(picker.isOpen).toBe(false);
    text = '';
    type('/g\n');
    expect(picker.isOpen).toBe(false);
  });

  test('closes by Esc, which means that and nothing else, and does not come back while one types on', () => {
    type('/g');
    expect(picker.pressed(key('Escape'))).toBe('taken');
    type('re');
    expect([picker.isOpen, picker.pressed(key('Escape'))]).toEqual([false, 'passed']);
  });

  test('marks the likeliest, walks round by the arrows, and begins anew with each letter', () => {
    type('/');
    expect(picker.marked?.name).toBe('Refund');
    picker.pressed(key('ArrowUp'));
    expect(picker.marked?.name).toBe('Great day');
    picker.pressed(key('ArrowDown'));
    picker.pressed(key('ArrowDown'));
    expect(picker.marked?.name).toBe('Greeting');
    type('great');
    expect(picker.marked?.name).toBe('Great day');
  });

  test('gives the marked one at Enter and Tab, in the place of what was typed', () => {
    type('Well /gre');
    expect([picker.pressed(key('Enter')), picker.pressed(key('Tab'))]).toEqual(['pick', 'pick']);
    expect(picker.placeIn(text, text.length)).toEqual({ from: 5, to: 9, typed: 'gre' });
    expect(picker.placeIn('Something else', 14)).toBeNull();
  });

  test('leaves keys with others held to the composer', () => {
    type('/gre');
    expect(picker.pressed(key('Enter', { shiftKey: true }))).toBe('passed');
    expect(picker.pressed(key('Tab', { shiftKey: true }))).toBe('passed');
  });

  test('takes Enter also with Ctrl, which would send what was typed to find it', () => {
    type('/gre');
    expect(picker.pressed(key('Enter', { ctrlKey: true }))).toBe('pick');
    expect(picker.pressed(key('Enter', { metaKey: true, shiftKey: true }))).toBe('pick');
  });

  test('is out of the way of Enter when nothing fits', () => {
    type('/zzz');
    expect([picker.isOpen, names(), picker.pressed(key('ArrowDown'))]).toEqual([true, [], 'passed']);
    expect([picker.pressed(key('Enter')), picker.isOpen]).toEqual(['passed', false]);
  });

  test('keeps Enter while the replies are not there yet: nobody means to send “/gre”', () => {
    source.rows = null;
    type('/gre');
    expect([picker.pressed(key('Enter')), picker.isOpen]).toEqual(['taken', true]);
    source.rows = [aRow('Greeting')];
    expect(picker.pressed(key('Enter'))).toBe('pick');
  });

  test('shows so many, and says how many more there are', () => {
    source.rows = Array.from({ length: MAX_SHOWN + 7 }, (_, i) => aRow(`Reply ${i}`));
    type('/');
    expect([picker.shown.length, picker.hidden]).toEqual([MAX_SHOWN, 7]);
  });
});

describe('the button', () => {
  test('opens it where the caret stands, finds by what is typed from there, and closes it', () => {
    picker.toggle('Hello', 5);
    expect(names()).toEqual(['Refund', 'Greeting', 'Great day']);
    picker.typedIn('Hello gre', 9, true);
    expect(picker.placeIn('Hello gre', 9)).toEqual({ from: 5, to: 9, typed: ' gre' });
    expect(names()).toEqual(['Greeting', 'Great day']);
    picker.toggle('Hello gre', 9);
    expect(picker.isOpen).toBe(false);
  });

  test('goes on with a slash that is there', () => {
    picker.toggle('Well /gre', 9);
    expect([picker.typed, names()]).toEqual(['gre', ['Greeting', 'Great day']]);
  });

  test('and then a slash is the same as the slash alone', () => {
    picker.toggle('Hello ', 6);
    picker.typedIn('Hello /', 7, true);
    picker.typedIn('Hello /gre', 10, true);
    expect(names()).toEqual(['Greeting', 'Great day']);
    expect(picker.placeIn('Hello /gre', 10)).toEqual({ from: 6, to: 10, typed: 'gre' });
  });

  test('closes when the caret goes before it', () => {
    picker.toggle('Hello', 5);
    picker.movedIn('Hello', 2);
    expect(picker.isOpen).toBe(false);
  });
});

describe('a draft with a placeholder', () => {
  const aComposer = () => {
    const entries = new Map<string, string>();
    const store = {
      getItem: (name: string) => entries.get(name) ?? null,
      setItem: (name: string, value: string) => void entries.set(name, value),
      removeItem: (name: string) => void entries.delete(name),
    };
    const send = vi.fn(async () => ({ type: 'accepted' as const }));
    const composer = new Composer({
      conversationId: 'c1',
      userId: 'ana',
      store,
      drafts: draftsOf('ana', store),
      now: () => 0,
      epoch: () => 1,
      seenThrough: (seq) => seq,
      send,
      upload: () => { throw new Error('nothing is uploaded here'); },
      takenBack: () => undefined,
      lost: () => undefined,
      typing: () => undefined,
    }); // prettier-ignore
    return { composer, send, store: entries };
  };

  test('is kept and not sent, until it is filled in', async () => {
    const { composer, send, store } = aComposer();
    composer.draft = 'Hi {{firstName}}, one moment';
    expect(composer.unfilled).toBe('{{firstName}}');
    composer.send(1, 'whatsapp');
    expect([composer.draft, composer.queued]).toEqual(['Hi {{firstName}}, one moment', []]);
    expect([...store.values()].join()).toContain('{{firstName}}');
    composer.draft = 'Hi Asha, one moment';
    expect(composer.unfilled).toBeNull();
    composer.send(1, 'whatsapp');
    await vi.waitFor(() =>
      expect(send).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ text: 'Hi Asha, one moment' })),
    );
    composer.close();
  });
});
