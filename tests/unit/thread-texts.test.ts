import { describe, expect, test } from 'vitest';
import { attachmentOf, coordinatesOf, lineOf } from '../../src/lib/inbox/content-view';
import { firstNameOf } from '../../src/lib/inbox/first-name';
import { charactersLeft, isNearLimit } from '../../src/lib/inbox/text-limit';
import { failureWords, isInvalid, rejectionOf, sendOutcome } from '../../src/lib/inbox/thread-api';
import { dayName } from '../../src/lib/inbox/thread-time';
import { aMessage } from '../fixtures/messages';

describe('content', () => {
  test('media without a caption is named once, without its description as text', () => {
    expect(attachmentOf(aMessage(1, { kind: 'image', text: '📷 Photo' }))).toMatchObject({ name: 'Photo', caption: null });
  });

  test('a caption and a file name are both shown', () => {
    const message = aMessage(1, { kind: 'document', text: 'The bill', media: { fileName: 'bill.pdf', mime: 'application/pdf' } });
    expect(attachmentOf(message)).toMatchObject({ name: 'bill.pdf', detail: 'PDF', caption: 'The bill' });
  });

  test('a place links to a map over https, and only with real coordinates', () => {
    expect(coordinatesOf(10.0889, 77.0595)?.href).toMatch(
      /^https:\/\/www\.openstreetmap\.org\/\?mlat=10\.08890&mlon=77\.05950#/u,
    );
    for (const [latitude, longitude] of [
      [91, 0],
      [0, 181],
      [NaN, 0],
      ['1', 2],
      [undefined, undefined],
    ])
      // prettier-ignore
      expect(coordinatesOf(latitude, longitude)).toBeNull();
  });

  test('a withdrawn message does not give its text away in a quote', () => {
    expect(lineOf(aMessage(1, { text: 'secret', revokedAt: 1 }))).toBe('Message withdrawn');
  });
});

test.each([
  ['Aanya Rao', 'Aanya'],
  ['محمد علي', 'محمد'],
  ['鈴木 由美', '鈴木 由美'],
  ['+49 151 2345678', '+49 151 2345678'],
  [' Ho ', 'Ho'],
  ['', ''],
])('in a sentence %j is called %j', (name, called) => expect(firstNameOf(name)).toBe(called));

describe('days', () => {
  const now = new Date(2026, 10, 20, 0, 1).getTime();
  test.each([
    [new Date(2026, 10, 20, 0, 0), 'Today'],
    [new Date(2026, 10, 19, 23, 59), 'Yesterday'],
    [new Date(2026, 10, 18, 12), 'Wednesday 18 November'],
    [new Date(2025, 10, 18, 12), '18 Nov 2025'],
  ])('%s is %s', (at, name) => expect(dayName(at.getTime(), now)).toBe(name));
});

describe('limits', () => {
  test('are the provider’s own', () => {
    expect(charactersLeft('messenger', 'x'.repeat(2_001))).toBe(-1);
    expect(charactersLeft('whatsapp', 'x'.repeat(4_096))).toBe(0);
    expect([isNearLimit('whatsapp', 3_000), isNearLimit('whatsapp', 100)]).toEqual([false, true]);
  });
});

describe('an answer to a send', () => {
  const error = (data: object) => Object.assign(new Error('refused'), { data });

  test('with a reason is a refusal with its facts', async () => {
    const lock = { agentId: 'ben', agentName: 'Ben Kaya', since: 1 };
    const outcome = await sendOutcome(Promise.reject(error({ httpStatus: 409, reason: 'locked', lock })));
    expect(outcome).toEqual({ type: 'refused', rejection: { reason: 'locked', lock } });
  });

  test('that never came, or was a fault of the server, leaves it open whether it arrived', async () => {
    expect(await sendOutcome(Promise.reject(new TypeError('Failed to fetch')))).toEqual({ type: 'unreachable' });
    const fault = error({ httpStatus: 500, reason: 'internal_server_error' });
    expect(await sendOutcome(Promise.reject(fault))).toEqual({ type: 'unreachable' });
    expect(rejectionOf(fault)).toBeNull();
  });

  test('that it is wrong is not repeated', async () => {
    expect(await sendOutcome(Promise.reject(error({ httpStatus: 400, reason: 'bad_request' })))).toEqual({ type: 'invalid' });
    expect(isInvalid(error({ httpStatus: 401 }))).toBe(false);
  });

  test('names the holder in words', () => {
    const lock = { agentId: 'ben', agentName: 'Ben Kaya', since: 1 };
    expect(failureWords(error({ reason: 'locked', lock }))).toContain('Ben Kaya');
  });
});
