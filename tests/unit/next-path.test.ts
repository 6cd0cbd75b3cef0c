import { expect, test } from 'vitest';
import { nextPath } from '../../src/lib/inbox/next-path';

const ORIGIN = 'https://inbox.example';

test.each([
  ['/conversations/abc?tab=inactive#x', '/conversations/abc?tab=inactive#x'],
  [null, '/conversations'],
  ['', '/conversations'],
  ['https://evil.example/', '/conversations'],
  ['//evil.example/', '/conversations'],
  ['/\\evil.example/', '/conversations'],
  ['/\t/evil.example/', '/conversations'],
  ['javascript:alert(1)', '/conversations'],
  ['conversations', '/conversations'],
  ['/sign-in?next=/sign-in', '/conversations'],
])('after signing in, %j leads to %j: never to another site', (next, path) => {
  expect(nextPath(next, ORIGIN)).toBe(path);
});
