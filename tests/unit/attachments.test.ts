import { beforeEach, describe, expect, test } from 'vitest';
import type { MediaResult } from '../../src/lib/domain/conversation';
import { MAX_FETCHES } from '../../src/lib/domain/media';
import { ana, anInbound, aTarget, mia, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
const target = aTarget();
const stored: MediaResult = { status: 'stored', key: 'c/m', mime: 'image/jpeg', size: 9 };
let world: World;

beforeEach(() => {
  world = new World(policy);
});

const photo = (media: object | null = { providerMediaId: '42', mime: 'image/png', fileName: 'beach.png' }) => {
  world.run({ type: 'receive', target, event: anInbound({ kind: 'image', text: '', media }) }, T);
  return world.byProviderId('wamid.1')?.id ?? '';
};
const media = () => world.byProviderId('wamid.1')?.media;
const result = (messageId: string, what: MediaResult, attempt = 1, at = T) =>
  world.run({ type: 'mediaResult', messageId, result: what, attempt, jitter: 0 }, at);
const work = (messageId: string) => world.outbox.get(`fetch ${messageId}`);

describe('an attachment of the end user', () => {
  test('is asked for with the message itself, and shown where it is stored', () => {
    const id = photo();
    expect(media()).toMatchObject({ state: 'waiting', fileName: 'beach.png' });
    expect(work(id)).toMatchObject({ type: 'fetch', at: T });
    result(id, stored);
    expect(media()).toEqual({
      providerMediaId: '42',
      fileName: 'beach.png',
      state: 'stored',
      key: 'c/m',
      mime: 'image/jpeg',
      size: 9,
    });
    expect(work(id)).toBeUndefined();
  });

  test('that nothing names is not asked for', () => {
    const id = photo({ mime: 'image/png' });
    expect(media()).toEqual({ mime: 'image/png' });
    expect(work(id)).toBeUndefined();
  });

  test('is tried again later and later, says why meanwhile, and is given up in the end', () => {
    const id = photo();
    const waits: number[] = [];
    for (let attempt = 1; attempt < MAX_FETCHES; attempt++) {
      result(id, { status: 'retry', reason: 'WhatsApp is busy.' }, attempt);
      const effect = work(id);
      waits.push(effect?.type === 'fetch' ? effect.at - T : 0);
    }
    expect(media()).toMatchObject({ state: 'waiting', reason: 'WhatsApp is busy.' });
    expect(waits.slice(0, 3)).toEqual([2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(600_000);
    result(id, { status: 'retry', reason: 'WhatsApp is busy.' }, MAX_FETCHES);
    expect(media()).toMatchObject({ state: 'failed', reason: 'WhatsApp is busy.' });
    expect(work(id)).toBeUndefined();
  });

  test('that is gone fails at once, and an agent may ask for it again', () => {
    const id = photo();
    result(id, { status: 'gone', reason: 'WhatsApp keeps files for 7 days.' });
    expect(media()?.state).toBe('failed');
    expect(world.run({ type: 'fetchMedia', agent: mia, messageId: id }, T).ok, 'not by everybody').toBe(false);
    expect(world.run({ type: 'fetchMedia', agent: ana, messageId: id }, T + 5).ok).toBe(true);
    expect(media()).toMatchObject({ state: 'waiting' });
    expect(media()?.reason).toBeUndefined();
    expect(work(id)).toMatchObject({ at: T + 5 });
  });

  test('that is here is not asked for again, and a late answer changes nothing', () => {
    const id = photo();
    result(id, stored);
    const before = structuredClone(world.messages);
    world.run({ type: 'fetchMedia', agent: ana, messageId: id }, T + 5);
    result(id, { status: 'gone', reason: 'late' });
    expect(world.messages).toEqual(before);
    expect(work(id)).toBeUndefined();
  });
});

test('a file that an agent has sent is not asked of the provider', () => {
  photo();
  world.run({ type: 'claim', agent: ana }, T);
  const sent = { kind: 'image' as const, key: 'c/u', mime: 'image/png', fileName: 'map.png', size: 4 };
  const send = { type: 'send' as const, agent: ana, messageId: 'm-1', epoch: 1, seenSeq: 9, text: '', force: true, media: sent };
  expect(world.run(send, T).ok).toBe(true);
  expect(world.byId('m-1')).toMatchObject({ kind: 'image', text: '📷 Photo', media: { state: 'stored', key: 'c/u' } });
  expect(world.conversation?.lastMessage.text).toBe('📷 Photo');
  expect(world.run({ type: 'fetchMedia', agent: ana, messageId: 'm-1' }, T).ok).toBe(false);
});
