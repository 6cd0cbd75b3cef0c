import { expect, test } from 'vitest';
import { BY_ITSELF } from '../../src/lib/domain/protocol';
import { Attention, headersOf } from '../../src/lib/inbox/attention';

test('a call is marked as the page’s own when nobody has touched the page for a minute', () => {
  const page = new EventTarget();
  let now = 1_000_000;
  const attention = new Attention(page, () => now);
  const isMarked = () => BY_ITSELF in headersOf(attention);
  expect(isMarked(), 'somebody has just opened it').toBe(false);
  now += 59_000;
  expect(isMarked()).toBe(false);
  now += 1_000;
  expect(isMarked()).toBe(true);
  for (const type of ['scroll', 'focus', 'visibilitychange', 'message']) page.dispatchEvent(new Event(type));
  expect(isMarked(), 'these happen by themselves').toBe(true);
  for (const type of ['keydown', 'pointermove', 'pointerdown', 'wheel', 'touchstart']) {
    page.dispatchEvent(new Event(type));
    expect(isMarked(), type).toBe(false);
    now += 60_000;
    expect(isMarked(), type).toBe(true);
  }
});
