import { describe, expect, test } from 'vitest';
import type { InboundEvent } from '../../src/lib/domain/provider';
import {
  phoneMediaKinds,
  simulatedProviders,
  type PhoneAct,
  type PhoneMessage,
  type SimulatedProvider,
} from '../../src/lib/domain/simulator';
import { providerOf } from '../../src/lib/server/providers';
import { demoChannels } from '../../workers/demo/channels';
import { wires } from '../../workers/simulator/wires';
import type { ActContext, ReceiptContext } from '../../workers/simulator/wires/wire';

const now = Date.UTC(2026, 10, 21, 15, 4, 5);
const apiBase = 'http://localhost:8787/simulator/api/provider';
const addresses: Record<SimulatedProvider, string> = {
  whatsapp: '16505551234',
  messenger: '6801923345510027',
  telegram: '504118830',
  webhook: 'rider-7',
};
const file = { id: '9000000000001', mime: 'image/png', fileName: 'view.png', size: 1_000 };
const messageId = 'de300000-0000-8000-8000-000000000001';

const idsOf = (provider: SimulatedProvider) => ({
  id: wires[provider].newId(addresses[provider], 12),
  targetId: wires[provider].newId(addresses[provider], 11),
});
const targetOf = (id: string): PhoneMessage => ({
  seq: 1, id, from: 'campaign', kind: 'text', text: 'Shall we book it?', at: now - 60_000, media: null,
  buttons: ['Book it', 'See hotels'], replyTo: null, reaction: '👍', edited: false, revoked: false, state: 'read', detail: null,
}); // prettier-ignore

/** What Parley makes of the webhook about an act; the body travels as JSON. */
function understood(
  provider: SimulatedProvider,
  act: PhoneAct,
  over: Partial<ActContext> = {},
  targetId?: string,
): InboundEvent[] {
  const wire = wires[provider];
  const { id } = idsOf(provider);
  const context: ActContext = {
    id, updateId: 870_000_009, at: now, address: addresses[provider], name: 'Aanya Rao', files: [], album: null,
    target: targetId === undefined ? null : targetOf(targetId), token: null, edits: 0, isTargetLatest: false, apiBase, ...over,
  }; // prettier-ignore
  const body: unknown = JSON.parse(JSON.stringify(wire.act(act, context)));
  const parsed = providerOf(provider)?.parse(body, demoChannels[provider]);
  expect(parsed?.rejected).toEqual([]);
  return parsed?.events ?? [];
}

describe.each(simulatedProviders)('on %s Parley understands', (provider) => {
  const address = addresses[provider];
  const { targetId } = idsOf(provider);

  test('a text that answers a message', () => {
    const [event, ...others] = understood(provider, { type: 'text', text: 'Hi there', replyTo: targetId }, {}, targetId);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: 'message', kind: 'text', text: 'Hi there', address, replyTo: targetId });
    expect(Math.abs((event?.at ?? 0) - now)).toBeLessThan(1_000);
  });

  test.each(phoneMediaKinds)('a file sent as %s, with where its bytes are', (kind) => {
    const [event] = understood(provider, { type: 'media', kind, caption: '', fileId: null }, { files: [file] });
    // Messenger does not tell speech from other sound.
    expect(event).toMatchObject({ type: 'message', kind: provider === 'messenger' && kind === 'voice' ? 'audio' : kind });
    if (event?.type !== 'message') throw new Error('not a message');
    const byAddress = `${apiBase}/attachments/${file.id}/view.png`;
    const byId = provider === 'whatsapp' || provider === 'telegram';
    expect(byId ? event.media?.providerMediaId : event.media?.url).toBe(byId ? file.id : byAddress);
  });

  test('a pressed campaign button, with the campaign’s mark', () => {
    const pressed: PhoneAct = { type: 'button', targetId, text: 'Book it' };
    for (const isTargetLatest of [true, false]) {
      const [event] = understood(provider, pressed, { token: 'pc_7', isTargetLatest }, targetId);
      expect(event).toMatchObject({ type: 'message', kind: 'button', text: 'Book it', token: 'pc_7', address });
    }
  });

  test('a reaction and its removal', () => {
    const [set] = understood(provider, { type: 'reaction', targetId, emoji: '❤️' }, {}, targetId);
    expect(set).toMatchObject({ type: 'reaction', targetId, emoji: '❤️', address });
    const [unset] = understood(provider, { type: 'reaction', targetId, emoji: null }, {}, targetId);
    expect(unset).toMatchObject({ type: 'reaction', targetId, emoji: null });
  });

  test('one edit after the other as two', () => {
    const edit: PhoneAct = { type: 'edit', targetId, text: 'Two adults' };
    const [first] = understood(provider, edit, { id: 'e-1' }, targetId);
    const [second] = understood(provider, edit, { id: 'e-2', updateId: 870_000_010, edits: 1 }, targetId);
    expect(first).toMatchObject({ type: 'edit', targetId, text: 'Two adults', address });
    if (first?.type !== 'edit' || second?.type !== 'edit') throw new Error('not edits');
    expect(first.eventId).not.toBe(second.eventId);
  });

  test('a place, and something that it cannot show', () => {
    const [place] = understood(provider, { type: 'location', latitude: 10.15, longitude: 76.39, name: 'Bus stand' });
    expect(place).toMatchObject({ kind: 'location', text: 'Bus stand', details: { latitude: 10.15, longitude: 76.39 } });
    const [strange] = understood(provider, { type: 'unsupported' });
    expect(strange).toMatchObject({ type: 'message', kind: 'unsupported' });
  });
});

test.each(['whatsapp', 'messenger', 'webhook'] as const)('on %s an answer from elsewhere arrives as an echo', (provider) => {
  const [event] = understood(provider, { type: 'echo', text: 'From the counter' });
  expect(event).toMatchObject({ type: 'echo', text: 'From the counter', address: addresses[provider], messageId: null });
});

test('a Messenger album is one delivery with an event for each photo', () => {
  const events = understood('messenger', { type: 'album', count: 3, caption: 'Our room' }, { files: [file, file, file] });
  const ids = events.map((event) => (event.type === 'message' ? event.eventId : null));
  const [mid = ''] = ids;
  expect(ids).toEqual([mid, `${mid}#2`, `${mid}#3`]);
  expect(events.map((event) => (event.type === 'message' ? event.text : ''))[0]).toBe('Our room');
});

test('photos of a Telegram album name what they belong to', () => {
  const photo: PhoneAct = { type: 'media', kind: 'image', caption: '', fileId: null };
  const [event] = understood('telegram', photo, { files: [file], album: '144' });
  expect(event).toMatchObject({ kind: 'image', details: { album: '144' } });
});

test('blocking and unblocking a bot are notices that make no answer possible or possible again', () => {
  const changes = [true, false].map((isBlocked) => understood('telegram', { type: 'block', isBlocked })[0]);
  expect(changes).toMatchObject([
    { type: 'message', kind: 'system', details: { change: 'blocked' } },
    { type: 'message', kind: 'system', details: { change: 'unblocked' } },
  ]);
});

test('Telegram knows its own numbers of messages and updates again', () => {
  const [written] = understood('telegram', { type: 'text', text: 'hi', replyTo: null });
  expect(written).toMatchObject({ eventId: '504118830:12' });
  const [pressed] = understood('telegram', { type: 'button', targetId: '504118830:11', text: 'Book it' }, {}, '504118830:11');
  expect(pressed).toMatchObject({ eventId: 'update:870000009', replyTo: '504118830:11' });
  expect(wires.telegram.eventId?.({ type: 'button', targetId: 'x', text: 'y' }, 870_000_009)).toBe('update:870000009');
});

describe('receipts', () => {
  const receipt = (provider: SimulatedProvider, status: ReceiptContext['status']) => {
    const wire = wires[provider];
    const { id } = idsOf(provider);
    const body = wire.receipt({
      id, messageId, address: addresses[provider], at: now, status, takenAt: now - 500, text: 'hi', media: null,
      failure: wire.undeliverable, apiBase,
    }); // prettier-ignore
    if (body === null) return { id, events: null };
    return { id, events: providerOf(provider)?.parse(JSON.parse(JSON.stringify(body)), demoChannels[provider]).events };
  };

  test.each(['whatsapp', 'webhook'] as const)('of %s name the message by both ids, whatever became of it', (provider) => {
    for (const status of ['sent', 'delivered', 'read', 'failed'] as const) {
      const { id, events } = receipt(provider, status);
      expect(events).toMatchObject([{ type: 'receipt', status, providerMessageId: id, messageId }]);
    }
  });

  test('of Messenger are an echo of our own, a delivery by id, and a reading up to a time', () => {
    const sent = receipt('messenger', 'sent');
    expect(sent.events).toMatchObject([{ type: 'echo', eventId: sent.id, messageId }]);
    const delivered = receipt('messenger', 'delivered');
    expect(delivered.events).toMatchObject([{ type: 'receipt', status: 'delivered', providerMessageId: delivered.id }]);
    expect(receipt('messenger', 'read').events).toMatchObject([{ type: 'receipt', status: 'read', upTo: now - 500 }]);
    expect(receipt('messenger', 'failed').events).toBeNull();
  });

  test('of Telegram do not exist', () => {
    for (const status of ['sent', 'delivered', 'read', 'failed'] as const) expect(receipt('telegram', status).events).toBeNull();
  });
});

test.each(simulatedProviders)('a webhook of %s is authentic by its own signature only', async (provider) => {
  const body = JSON.stringify({ object: 'page', entry: [], update_id: 1 });
  const headers = new Headers(await wires[provider].sign('event-1', body, now));
  const bytes = new TextEncoder().encode(body);
  const channel = demoChannels[provider];
  expect(await providerOf(provider)?.verify(bytes, headers, channel, now)).toBe(true);
  expect(await providerOf(provider)?.verify(bytes, new Headers(), channel, now)).toBe(false);
});

test('no two refusals share a key, and every one of a provider can be looked up', () => {
  for (const provider of simulatedProviders) {
    const keys = wires[provider].refusals.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of Object.values(wires[provider].closed)) if (key !== null) expect(keys).toContain(key);
    for (const refusal of wires[provider].refusals) expect(refusal.words).not.toBe('');
  }
});
