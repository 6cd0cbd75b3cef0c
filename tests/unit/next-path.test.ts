import { expect, test } from 'vitest';
import { nextPath } from '../../src/lib/inbox/next-path';

const ORIGIN = 'https://inbox.example';

test.each([
  ['/conversations/abc?tab=inactive#x', '/conversations/abc?tab=inactive#x'],
  [null, '/'],
  ['', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example/', '/'],
  ['/\t/evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['conversations', '/'],
  ['/sign-in?next=/sign-in', '/'],
])('after signing in, %j leads to %j: never to another site', (next, path) => {
  expect(nextPath(next, ORIGIN)).toBe(path);
});
