import { expect, test } from 'vitest';
import { unsentWords } from '../../src/lib/inbox/left-behind';
import type { AttachedFile } from '../../src/lib/inbox/attached-files';

const clean = { tray: [] as AttachedFile[], draft: '', notice: null, isRecording: false };
const file: AttachedFile = JSON.parse('{"id":"f"}');

test.each([
  ['nothing', clean, 'nothing', null],
  ['a draft, which is kept', { ...clean, draft: 'Half' }, 'draft', null],
  ['a draft where nothing may stay', { ...clean, draft: 'Half' }, 'nothing', 'Not closed: what you wrote has not been sent.'],
  ['blanks', { ...clean, draft: ' \n' }, 'nothing', null],
  ['a file', { ...clean, tray: [file] }, 'draft', 'Not closed: a file has not been sent. Send or remove it first.'],
  ['a file, on which the pop-up was answered', { ...clean, tray: [file] }, 'anything', null],
  ['a recording', { ...clean, isRecording: true }, 'draft', 'Not closed: a voice message is being recorded.'],
  ['what came back meanwhile', { ...clean, notice: 'Not sent.' }, 'anything', 'Not closed: a message came back.'],
] as const)('of %s is said what is in the way', (_, composer, leaves, words) => {
  expect(unsentWords(composer, leaves, null)).toBe(words);
});

test('of a snooze it says that', () => {
  expect(unsentWords({ ...clean, isRecording: true }, 'draft', null, 'snoozed')).toMatch(/^Not snoozed: /);
});

test('what was said before is not said again', () => {
  expect(unsentWords({ ...clean, notice: 'Too large.' }, 'nothing', 'Too large.')).toBeNull();
});
