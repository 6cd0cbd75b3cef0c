import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { commands, registerCommands } from '../../src/lib/inbox/commands';
import { combinationName, digitOf, handleShortcut, keyName, shortcutFor } from '../../src/lib/inbox/shortcuts';

const press = (key: string, code: string, shiftKey = false) => keyName({ key, code, shiftKey });

test.each([
  ['a Latin letter, wherever it lies', press('j', 'KeyC'), 'J'],
  ['a Cyrillic letter by its place', press('о', 'KeyJ'), 'J'],
  ['a Greek letter by its place', press('σ', 'KeyS'), 'S'],
  ['? with Shift', press('?', 'Slash', true), '?'],
  ['? on a keyboard that has another sign there', press('ü', 'Slash', true), '?'],
  ['a bracket by its place', press('х', 'BracketLeft'), '['],
  ['Escape', press('Escape', 'Escape'), 'Esc'],
  ['a capital letter that the table has', press('J', 'KeyJ', true), 'Shift+J'],
  ['the same on a Cyrillic keyboard', press('О', 'KeyJ', true), 'Shift+J'],
  ['nothing for any other capital letter', press('E', 'KeyE', true), null],
  ['nothing for any other on a Cyrillic keyboard', press('У', 'KeyE', true), null],
  ['an arrow with Shift', press('ArrowUp', 'ArrowUp', true), 'Shift+↑'],
  ['nothing for Tab', press('Tab', 'Tab'), null],
  ['End', press('End', 'End'), 'End'],
  ['nothing for End with Shift, which selects', press('End', 'End', true), null],
  ['nothing for an arrow, which scrolls', press('ArrowDown', 'ArrowDown'), null],
])('a key press is read as %s', (_, read, expected) => {
  expect(read).toBe(expected);
});

test.each([
  ['A', 'active'],
  ['I', 'inactive'],
  ['P', 'people'],
  ['C', 'campaigns'],
  ['R', 'reports'],
  ['S', 'settings'],
])('G waits for its second key: with %s it leads to %s', (key, id) => {
  expect(shortcutFor('', 'G', false)).toEqual({ id: null, kept: 'G' });
  expect(shortcutFor('G', key, false)).toEqual({ id, kept: '' });
});

test.each([
  ['E', 'closeNext'],
  ['P', 'pendingNext'],
  ['C', 'claim'],
  ['Y', 'copyLink'],
  ['End', 'latest'],
  ['S', 'status'],
])('%s alone is %s', (key, id) => {
  expect(shortcutFor('', key, false)).toEqual({ id, kept: '' });
  expect(shortcutFor('', key, true).id).toBeNull();
});

test('a sequence that leads nowhere gives its last key a fresh start', () => {
  expect(shortcutFor('G', 'J', false)).toEqual({ id: 'next', kept: '' });
  expect(shortcutFor('G', 'M', false)).toEqual({ id: null, kept: '' });
});

test('1, 2 and 3 belong to the pop-up and nothing else does', () => {
  expect(shortcutFor('', '3', true).id).toBe('closed');
  expect(shortcutFor('', '3', false).id).toBeNull();
  expect(shortcutFor('', 'J', true).id).toBeNull();
  expect(shortcutFor('', 'Esc', true).id).toBeNull();
});

const usable = commands.filter((command) => !('native' in command));

test.each([false, true])('no two commands share a key in the same place (in a dialog: %s)', (inDialog) => {
  const here = usable.filter((command) => 'inDialog' in command === inDialog && !('first' in command));
  const keys = here.flatMap((command) => [...command.keys]);
  expect(keys.length).toBeGreaterThan(2);
  expect(new Set(keys).size).toBe(keys.length);
});

test('what has its key before others can be done only now and then, and stands before them in the table', () => {
  const firsts = usable.filter((command) => 'first' in command).flatMap((command) => [...command.keys]);
  expect(firsts).toEqual(['E', 'P', 'Esc']);
  expect(firsts.map((key) => shortcutFor('', key, false).id)).toEqual(['closeNext', 'pendingNext', 'leave']);
  let isSelected = true;
  const act = { isPossible: () => isSelected, run: () => undefined };
  const unregister = registerCommands({ pickedClosed: act, pickedPending: act, unpick: act, closeNext: () => undefined });
  expect(firsts.map((key) => shortcutFor('', key, false).id)).toEqual(['pickedClosed', 'pickedPending', 'unpick']);
  isSelected = false;
  expect(shortcutFor('', 'E', false).id).toBe('closeNext');
  unregister();
});

test('no key is the beginning of a sequence: it would never be waited for', () => {
  const keys = usable.flatMap((command) => [...command.keys]);
  expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key} `)))).toEqual([]);
});

test('no two commands have the same id or the same words', () => {
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
  expect(new Set(commands.map(({ words }) => words)).size).toBe(commands.length);
});

const held = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test.each([
  ['Ctrl+K', { key: 'k', code: 'KeyK', ctrlKey: true }, false, 'Mod+K'],
  ['Ctrl+K with Caps Lock', { key: 'K', code: 'KeyK', ctrlKey: true }, false, 'Mod+K'],
  ['Ctrl+K on a Cyrillic keyboard', { key: 'л', code: 'KeyK', ctrlKey: true }, false, 'Mod+K'],
  ['⌘K on a Mac', { key: 'k', code: 'KeyK', metaKey: true }, true, 'Mod+K'],
  ['Ctrl+K on a Mac, which deletes to the end of the line', { key: 'k', code: 'KeyK', ctrlKey: true }, true, null],
  ['the Windows key with K', { key: 'k', code: 'KeyK', metaKey: true }, false, null],
  ['Ctrl+Shift+K, which belongs to the browser', { key: 'K', code: 'KeyK', ctrlKey: true, shiftKey: true }, false, null],
  ['Ctrl+Alt+K, which is AltGr', { key: 'k', code: 'KeyK', ctrlKey: true, altKey: true }, false, null],
  ['Ctrl+Enter', { key: 'Enter', code: 'Enter', ctrlKey: true }, false, 'Mod+Enter'],
  ['Ctrl+Shift+Enter', { key: 'Enter', code: 'Enter', ctrlKey: true, shiftKey: true }, false, 'Mod+Shift+Enter'],
  ['K alone', { key: 'k', code: 'KeyK' }, false, null],
])('%s is read as it is meant', (_, event, mac, name) => {
  expect(combinationName({ ...held, ...event }, mac)).toBe(name);
});

test.each([
  ['1', 'Digit1', false, 1],
  ['3', 'Numpad3', false, 3],
  // A French keyboard types digits with Shift.
  ['&', 'Digit1', false, 1],
  ['1', 'Digit1', true, 1],
  // An American one types signs with it.
  ['!', 'Digit1', true, null],
  ['End', 'Numpad1', false, null],
  ['a', 'KeyA', false, null],
])('the key that types %s at %s (Shift: %s) means the digit %s', (key, code, shiftKey, digit) => {
  expect(digitOf({ key, code, shiftKey })).toBe(digit);
});

describe('a key that ends the work on a conversation', () => {
  const ran: string[] = [];
  let unregister = () => {};
  let shown: string | null = null;
  let isSelected = false;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('Element', class {});
    vi.stubGlobal('navigator', { platform: 'Linux' });
    vi.stubGlobal('document', { querySelector: (selector: string) => (shown !== null && selector.includes(shown) ? {} : null) });
    const act = (id: string) => () => void ran.push(id);
    unregister = registerCommands({
      closeNext: act('closeNext'),
      pendingNext: act('pendingNext'),
      people: act('people'),
      finish: act('finish'),
      pickedClosed: {
        isPossible: () => isSelected,
        run: () => {
          isSelected = false;
          ran.push('pickedClosed');
        },
      },
    });
  });
  afterEach(() => {
    unregister();
    ran.length = 0;
    shown = null;
    isSelected = false;
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const type = (key: string, code: string, fields: object = {}) =>
    handleShortcut(
      { key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, keyCode: 0, isComposing: false, repeat: false, target: null, getModifierState: () => false, preventDefault: () => {}, ...fields } as never,
      true,
    ); // prettier-ignore
  const altGr = { ctrlKey: true, altKey: true, getModifierState: (name: string) => name === 'AltGraph' };

  test('is none of what AltGr types', () => {
    type('€', 'KeyE', altGr);
    type('e', 'KeyE', altGr);
    expect(ran).toEqual([]);
    type('e', 'KeyE');
    expect(ran).toEqual(['closeNext']);
  });

  test.each([
    [1_000, ['people']],
    [3_000, []],
    [10_000, ['pendingNext']],
  ])('is not the second key of a sequence that came too late: after %i ms', (ms, expected) => {
    type('g', 'KeyG');
    vi.advanceTimersByTime(ms);
    type('p', 'KeyP');
    expect(ran).toEqual(expected);
  });

  test('is not the second press of one that was for what is selected, and soon after is one again', () => {
    isSelected = true;
    type('e', 'KeyE');
    vi.advanceTimersByTime(300);
    type('e', 'KeyE');
    vi.advanceTimersByTime(800);
    type('e', 'KeyE');
    expect(ran).toEqual(['pickedClosed']);
    type('p', 'KeyP');
    expect(ran, 'another key is another matter').toEqual(['pickedClosed', 'pendingNext']);
    vi.advanceTimersByTime(1_000);
    type('e', 'KeyE');
    expect(ran).toEqual(['pickedClosed', 'pendingNext', 'closeNext']);
  });

  test('is not Enter over a list of things to put in', () => {
    const keys = { ctrlKey: true, shiftKey: true };
    shown = '[role="listbox"]';
    type('Enter', 'Enter', keys);
    expect(ran).toEqual([]);
    shown = null;
    type('Enter', 'Enter', keys);
    expect(ran).toEqual(['finish']);
  });
});
