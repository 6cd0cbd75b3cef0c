import { describe, expect, test } from 'vitest';
import { fileSize } from '../../src/lib/inbox/file-size';
import { partsOf, takesCaption } from '../../src/lib/inbox/outgoing';
import { playTime } from '../../src/lib/inbox/play-time';
import { isHumanAgentTime, windowWords } from '../../src/lib/inbox/send-window';
import { uploadOutcome } from '../../src/lib/inbox/upload';
import { voiceFormat } from '../../src/lib/inbox/voice-recorder.svelte';

const image = { kind: 'image' as const, name: 'a' };
const audio = { kind: 'audio' as const, name: 'b' };
/** Each message in short: the file's name and the text. */
const parts = (...of: Parameters<typeof partsOf<typeof image | typeof audio>>) =>
  partsOf(...of).map(({ file, text }) => [file?.name ?? null, text]);

describe('a text and files', () => {
  test('the text is the caption of the last file', () => {
    expect(parts('whatsapp', ' Look ', [image, image])).toEqual([['a', ''], ['a', 'Look']]); // prettier-ignore
  });

  test('the text follows as its own message where the kind or the provider has no captions', () => {
    expect(parts('whatsapp', 'Listen', [image, audio])).toEqual([['a', ''], ['b', ''], [null, 'Listen']]); // prettier-ignore
    expect(parts('messenger', 'Look', [image])).toEqual([['a', ''], [null, 'Look']]); // prettier-ignore
    expect(parts('telegram', 'Listen', [audio])).toEqual([['b', 'Listen']]);
  });

  test('the text follows as its own message when it is too long for a caption', () => {
    expect(takesCaption('whatsapp', 'image', 'x'.repeat(1_024))).toBe(true);
    expect(parts('whatsapp', 'x'.repeat(1_025), [image])).toEqual([['a', ''], [null, 'x'.repeat(1_025)]]); // prettier-ignore
  });

  test('files go alone, a text goes alone, and nothing is no message', () => {
    expect(parts('whatsapp', '  ', [image])).toEqual([['a', '']]);
    expect(parts('whatsapp', 'Hello', [])).toEqual([[null, 'Hello']]);
    expect(parts('whatsapp', ' \n', [])).toEqual([]);
  });
});

describe('an upload’s answer', () => {
  const upload = { uploadId: 'u', kind: 'image', mime: 'image/png', fileName: 'a.png', size: 3 };

  test('is the upload, a refusal in the server’s words, or a reason to try again', () => {
    expect(uploadOutcome(200, JSON.stringify(upload))).toEqual({ type: 'uploaded', upload });
    const refusal = JSON.stringify({ reason: 'bad_type', message: 'No such files here.' });
    expect(uploadOutcome(415, refusal)).toEqual({ type: 'refused', message: 'No such files here.' });
    expect(uploadOutcome(503, JSON.stringify({ reason: 'unavailable', message: 'Later.' }))).toEqual({ type: 'unreachable' });
    expect(uploadOutcome(429, '')).toEqual({ type: 'unreachable' });
  });

  test('that is no answer of ours is never taken for an upload', () => {
    expect(uploadOutcome(200, '<html>Welcome to the hotel</html>')).toEqual({ type: 'unreachable' });
    expect(uploadOutcome(403, 'Forbidden')).toEqual({ type: 'refused', message: 'The server did not take this file.' });
  });
});

describe('the window of a channel', () => {
  const HOUR = 3_600_000;
  const lastInboundAt = Date.UTC(2026, 10, 20);
  const at = (provider: 'messenger' | 'whatsapp', hours: number) => ({
    channel: { id: 'c', provider },
    lastInboundAt,
    sendWindowUntil: lastInboundAt + hours * HOUR,
  });

  test('past 24 hours a long Messenger window is that of the human-agent rule', () => {
    const long = at('messenger', 7 * 24);
    expect(isHumanAgentTime(long, lastInboundAt + 23 * HOUR)).toBe(false);
    expect(isHumanAgentTime(long, lastInboundAt + 24 * HOUR)).toBe(true);
    expect(isHumanAgentTime(long, lastInboundAt + 7 * 24 * HOUR)).toBe(false);
    expect(isHumanAgentTime(at('messenger', 24), lastInboundAt + 25 * HOUR)).toBe(false);
    expect(isHumanAgentTime(at('whatsapp', 24), lastInboundAt + 25 * HOUR)).toBe(false);
  });

  test('is told as long as it is', () => {
    expect([windowWords(at('messenger', 7 * 24)), windowWords(at('messenger', 24)), windowWords(at('whatsapp', 24))]).toEqual([
      '7 days',
      '24 hours',
      '24 hours',
    ]);
  });
});

test('voice is recorded in what both the browser and the provider know', () => {
  const chrome = (type: string) => type.startsWith('audio/webm');
  const firefox = (type: string) => type.startsWith('audio/ogg');
  expect(voiceFormat('whatsapp', chrome)).toBeNull();
  expect(voiceFormat('messenger', chrome)).toMatchObject({ mime: 'audio/webm' });
  // Telegram takes WebM as a document, which is no voice message.
  expect(voiceFormat('telegram', chrome)).toBeNull();
  expect(voiceFormat('whatsapp', firefox)).toMatchObject({ mime: 'audio/ogg', extension: 'ogg' });
  expect(voiceFormat('whatsapp', () => false)).toBeNull();
});

test('sizes and times read as people write them', () => {
  expect([0, 812, 1_024, 1_300, 52_428_800, 5 * 1_024 ** 3].map(fileSize)).toEqual([
    '0 B',
    '812 B',
    '1 KB',
    '1.3 KB',
    '50 MB',
    '5 GB',
  ]);
  expect([0, 7.9, 61, 3_723, Infinity, Number.NaN].map(playTime)).toEqual(['0:00', '0:07', '1:01', '1:02:03', '–:––', '–:––']);
});
