import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Receipt } from '../../src/lib/domain/provider';
import type { Agent } from '../../src/lib/domain/role';
import { directoryOf } from '../../workers/directory/directory';
import { conversationOf } from '../../workers/env';
import { aChannel, deliver, env, threadOf } from './webhooks-world';

const HOUR = 3_600_000;
const receipt = (status: Receipt['status']): Receipt => ({
  type: 'receipt',
  address: null,
  at: 1,
  providerMessageId: 'out-1',
  messageId: null,
  status,
  failure: status === 'failed' ? { code: 'x', reason: 'Told', retryable: true } : null,
});

/** Runs at another time; objects see the same clock. */
async function later(ms: number, act: () => Promise<void>): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  try {
    await act();
  } finally {
    vi.useRealTimers();
  }
}

describe('the directory', () => {
  test('finds the conversation that a key was put for', async () => {
    const directory = directoryOf(env, 'finds', 'id:out-1');
    expect(await directory.put('id:out-1', 'conversation-1')).toEqual([]);
    expect(await directory.findOrPark('id:out-1', receipt('read'))).toBe('conversation-1');
  });

  test('hands over what came before the key was known, in order, once', async () => {
    const directory = directoryOf(env, 'parks', 'id:out-1');
    expect(await directory.findOrPark('id:out-1', receipt('delivered'))).toBeNull();
    expect(await directory.findOrPark('id:out-1', receipt('failed'))).toBeNull();
    expect(await directory.findOrPark('id:out-2', receipt('sent'))).toBeNull();
    expect(await directory.put('id:out-1', 'conversation-1')).toEqual([receipt('delivered'), receipt('failed')]);
    expect(await directory.put('id:out-1', 'conversation-1')).toEqual([]);
  });

  test('keeps the same receipt once, and no more than a message can have', async () => {
    const directory = directoryOf(env, 'bounds', 'id:out-1');
    for (let i = 0; i < 3; i++) await directory.findOrPark('id:out-1', receipt('delivered'));
    for (let i = 0; i < 100; i++) await directory.findOrPark('id:out-1', { ...receipt('read'), at: i });
    expect(await directory.put('id:out-1', 'conversation-1')).toHaveLength(16);
  });

  test('keeps channels apart', async () => {
    await directoryOf(env, 'channel-a', 'id:out-1').put('id:out-1', 'conversation-a');
    expect(await directoryOf(env, 'channel-b', 'id:out-1').findOrPark('id:out-1', receipt('read'))).toBeNull();
  });

  test('spreads keys over many objects, always the same one for a key', () => {
    const used = new Set<string>();
    for (let i = 0; i < 2_000; i++) used.add(directoryOf(env, 'spread', `id:out-${i}`).id.toString());
    expect(used.size).toBe(64);
    expect(directoryOf(env, 'spread', 'id:x').id.equals(directoryOf(env, 'spread', 'id:x').id)).toBe(true);
  });

  test('forgets what it is told to, and what waits for that', async () => {
    const directory = directoryOf(env, 'forgotten', 'id:out-1');
    await directory.put('id:out-1', 'conversation-1');
    await directory.findOrPark('id:out-2', receipt('read'));
    await directory.forget(['id:out-1', 'id:out-2']);
    expect(await directory.findOrPark('id:out-1', receipt('read'))).toBeNull();
    expect(await directory.put('id:out-2', 'conversation-2')).toEqual([]);
  });

  test('drops a parked receipt after a day, not before', async () => {
    const directory = directoryOf(env, 'drops', 'id:out-1');
    await directory.findOrPark('id:out-1', receipt('delivered'));
    await later(23 * HOUR, async () => {
      await directory.findOrPark('id:out-1', receipt('read'));
      expect(await runDurableObjectAlarm(directory)).toBe(true);
    });
    await later(25 * HOUR, async () => {
      expect(await runDurableObjectAlarm(directory)).toBe(true);
      expect(await directory.put('id:out-1', 'conversation-1')).toEqual([receipt('read')]);
    });
  });

  test('forgets a key after thirty days, not before, and then sleeps', async () => {
    const directory = directoryOf(env, 'forgets', 'id:out-1');
    await directory.put('id:out-1', 'conversation-1');
    await later(29 * 24 * HOUR, async () => {
      await runDurableObjectAlarm(directory);
      expect(await directory.findOrPark('id:out-1', receipt('read'))).toBe('conversation-1');
    });
    await later(31 * 24 * HOUR, async () => {
      expect(await runDurableObjectAlarm(directory)).toBe(true);
      expect(await directory.findOrPark('id:out-1', receipt('read'))).toBeNull();
    });
    await later(33 * 24 * HOUR, async () => {
      await runDurableObjectAlarm(directory);
      expect(await runInDurableObject(directory, (_object, state) => state.storage.getAlarm())).toBeNull();
    });
  });
});

describe('a receipt that names no end user', () => {
  test.each([
    ['by the app’s id', { id: 'out-1' }, 'id:out-1'],
    ['by our own', { idempotencyKey: 'ours-1' }, 'key:ours-1'],
  ])('is taken %s before the message is known, and waits for it', async (_about, name, key) => {
    const channel = await aChannel('webhook');
    const body = { type: 'message.status', data: { ...name, status: 'delivered' } };
    expect((await deliver(channel, body)).status).toBe(200);
    expect(await directoryOf(env, channel.id, key).put(key, 'conversation-1')).toMatchObject([
      { type: 'receipt', status: 'delivered' },
    ]);
  });

  test('finds its message by our id, whose conversation the directory knows', async () => {
    const channel = await aChannel('webhook');
    const received = { id: 'in-1', user: { id: 'user-7' }, message: { type: 'text', text: 'hi' } };
    await deliver(channel, { type: 'message.received', data: received });
    const conversation = conversationOf(env, await conversationIdOf(channel.id, 'user-7'));
    const agent: Agent = { id: 'agent-1', name: 'Ana', role: 'agent' };
    const messageId = crypto.randomUUID();
    const claim = await conversation.claim(agent);
    expect(claim).toMatchObject({ ok: true, value: { granted: true, epoch: 1 } });
    await conversation.send(agent, { messageId, epoch: 1, seenSeq: 100, text: 'Hello', force: true });
    // The send itself has nowhere to go here, but the directory is told of it before.
    const key = `key:${messageId}`;
    await expect
      .poll(() => directoryOf(env, channel.id, key).findOrPark(key, receipt('sent')), { timeout: 10_000 })
      .not.toBeNull();
    const read = { type: 'message.status', data: { idempotencyKey: messageId, status: 'read' } };
    for (let i = 0; i < 2; i++) expect((await deliver(channel, read)).status).toBe(200);
    const late = { type: 'message.status', data: { idempotencyKey: messageId, status: 'delivered' } };
    expect((await deliver(channel, late)).status).toBe(200);
    const sent = (await threadOf(channel, 'user-7'))?.messages.find((message) => message.id === messageId);
    expect(sent?.delivery?.status).toBe('read');
  });
});
