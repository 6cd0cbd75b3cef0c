import { expect, test } from 'vitest';
import { failureWords } from '../../src/lib/inbox/failure-words';

const failed = { message: 'Something went wrong on our side.', id: 'an-id' };

test('without a network it is nobody’s fault, whatever could not be loaded', () => {
  for (const error of [failed, { message: 'Failed to fetch' }, null])
    expect(failureWords(500, error, false)).toMatchObject({ title: 'You are offline', way: 'again', isOurs: false });
});

test('what has no id of ours has never got to us', () => {
  expect(failureWords(500, { message: 'Failed to fetch' }, true).title).toBe('Parley cannot be reached');
  expect(failureWords(502, { message: 'Error: 502' }, true).isOurs).toBe(false);
  expect(failureWords(500, failed, true)).toMatchObject({ title: 'Something went wrong', way: 'again', isOurs: true });
});

test('what is refused or not there is so, with a network or without one', () => {
  for (const isOnline of [true, false]) {
    expect(failureWords(403, { message: 'People are for Agents.' }, isOnline)).toMatchObject({
      text: 'People are for Agents. Ask an Admin if you need it.',
      way: 'user',
    });
    expect(failureWords(404, null, isOnline).way).toBe('start');
    expect(failureWords(429, failed, isOnline)).toMatchObject({ title: 'Too fast', way: 'again', isOurs: false });
  }
});
