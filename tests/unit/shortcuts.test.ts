import { expect, test } from 'vitest';
import { digitOf, keyName, shortcutFor, shortcuts } from '../../src/lib/inbox/shortcuts';

const press = (key: string, code: string, shiftKey = false) => keyName({ key, code, shiftKey });

test.each([
  ['a Latin letter, wherever it lies', press('j', 'KeyC'), 'J'],
  ['a Cyrillic letter by its place', press('о', 'KeyJ'), 'J'],
  ['a Greek letter by its place', press('σ', 'KeyS'), 'S'],
  ['? with Shift', press('?', 'Slash', true), '?'],
  ['? on a keyboard that has another sign there', press('ü', 'Slash', true), '?'],
  ['a bracket by its place', press('х', 'BracketLeft'), '['],
  ['Escape', press('Escape', 'Escape'), 'Esc'],
  ['nothing for a capital letter', press('J', 'KeyJ', true), null],
  ['nothing for Tab', press('Tab', 'Tab'), null],
  ['nothing for an arrow, which scrolls', press('ArrowDown', 'ArrowDown'), null],
])('a key press is read as %s', (_, read, expected) => {
  expect(read).toBe(expected);
});

test('G waits for its second key', () => {
  expect(shortcutFor('', 'G', false)).toEqual({ id: null, kept: 'G' });
  expect(shortcutFor('G', 'A', false)).toEqual({ id: 'active', kept: '' });
  expect(shortcutFor('G', 'I', false)).toEqual({ id: 'inactive', kept: '' });
});

test('a sequence that leads nowhere gives its last key a fresh start', () => {
  expect(shortcutFor('G', 'J', false)).toEqual({ id: 'next', kept: '' });
  expect(shortcutFor('G', 'X', false)).toEqual({ id: null, kept: '' });
});

test('1, 2 and 3 belong to the pop-up and nothing else does', () => {
  expect(shortcutFor('', '3', true).id).toBe('closed');
  expect(shortcutFor('', '3', false).id).toBeNull();
  expect(shortcutFor('', 'J', true).id).toBeNull();
  expect(shortcutFor('', 'Esc', true).id).toBeNull();
});

test('no two shortcuts share a key', () => {
  const keys = shortcuts.flatMap((shortcut) => [...shortcut.keys]);
  expect(new Set(keys).size).toBe(keys.length);
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
