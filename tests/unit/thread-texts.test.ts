import { describe, expect, test } from 'vitest';
import { attachmentOf, coordinatesOf, isQuotable, lineOf, originWords } from '../../src/lib/inbox/content-view';
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

  test('a stored file is at its own address, whether it came or was sent; its size is told', () => {
    const media = { state: 'stored' as const, key: 'c1/u1', mime: 'application/pdf', fileName: 'bill.pdf', size: 2_048 };
    expect(attachmentOf(aMessage(1, { kind: 'document', media }))).toMatchObject({
      detail: 'PDF · 2 KB',
      file: { state: 'stored', src: '/media/c1/u1' },
    });
  });

  test('a file that is not here says how far it is, and who can ask for it again', () => {
    const failed = { state: 'failed' as const, reason: 'It has expired.' };
    const fileOf = (fields: Parameters<typeof aMessage>[1]) => attachmentOf(aMessage(1, { kind: 'image', ...fields }))?.file;
    expect(fileOf({ media: { state: 'waiting' } })).toEqual({ state: 'waiting', reason: null });
    expect(fileOf({ media: failed })).toEqual({ state: 'failed', reason: 'It has expired.', mayFetch: true });
    expect(fileOf({ media: failed, direction: 'outbound' })).toMatchObject({ mayFetch: false });
    expect(fileOf({ media: failed, direction: 'outbound', origin: 'WhatsApp phone app' })).toMatchObject({ mayFetch: true });
    expect(fileOf({ media: { mime: 'image/png' } })).toBeNull();
  });

  test('what an agent has spoken looks like a voice message, a song does not', () => {
    const spoken = (fileName: string) => {
      const media = { state: 'stored' as const, key: 'c1/u1', fileName };
      return attachmentOf(aMessage(1, { kind: 'audio', direction: 'outbound', media }));
    };
    expect(spoken('Voice message.webm')).toMatchObject({ kind: 'voice', name: 'Voice message' });
    expect(spoken('song.mp3')).toMatchObject({ kind: 'audio', name: 'song.mp3' });
  });

  test('a template is its text, and where an echo was written reads as a sentence', () => {
    expect(attachmentOf(aMessage(1, { kind: 'template', text: 'Hello' }))).toBeNull();
    expect([originWords('WhatsApp phone app'), originWords('another app')]).toEqual([
      'from the WhatsApp phone app',
      'from another app',
    ]);
  });

  test('a reply can name what the provider knows and nobody has withdrawn', () => {
    const known = { providerMessageId: 'wamid.1' };
    expect(isQuotable(aMessage(1, known))).toBe(true);
    expect(isQuotable(aMessage(1))).toBe(false);
    expect(isQuotable(aMessage(1, { ...known, revokedAt: 1 }))).toBe(false);
    expect(isQuotable(aMessage(1, { ...known, kind: 'system' }))).toBe(false);
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

  test('may be about the template or the file', async () => {
    const refusal = (data: object) => rejectionOf({ data });
    expect(refusal({ reason: 'bad_template', fields: ['body.1'] })).toEqual({ reason: 'bad_template', fields: ['body.1'] });
    expect(refusal({ reason: 'no_upload' })).toEqual({ reason: 'no_upload' });
  });

  test('that it is wrong is not repeated', async () => {
    expect(await sendOutcome(Promise.reject(error({ httpStatus: 400, reason: 'bad_request' })))).toEqual({ type: 'invalid' });
    expect(isInvalid(error({ httpStatus: 401 }))).toBe(false);
  });

  test('names the holder in words', () => {
    const lock = { agentId: 'ben', agentName: 'Ben Kaya', since: 1 };
    expect(failureWords(error({ reason: 'locked', lock }))).toContain('Ben Kaya');
    expect(failureWords(error({ reason: 'snooze_past' }))).toContain('Choose a later one');
    expect(failureWords(error({ reason: 'snooze_too_late', latest: Date.UTC(2026, 10, 30, 12) }))).toMatch(/until 30 Nov, \d\d:/);
  });
});
