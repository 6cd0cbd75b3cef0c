import { createExecutionContext } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { gateOf } from '../../workers/env';
import { handleWebhook } from '../../workers/webhooks';
import { aChannel, deliver, failingDatabase, said, signed, textsOf, troubledConversations, whatsappBody } from './webhooks-world';

/** What the runtime throws for a stub: an Error with flags on it. */
const stubError = (flags: object) => Object.assign(new Error('stub'), flags);

describe('when a conversation cannot be reached', () => {
  const people = ['16505550001', '16505550002', '16505550003'];
  const body = whatsappBody(people.map((from, i) => said({ id: `wamid.${i}`, from, text: `from ${from}` })));

  test('the delivery is 503 with Retry-After, the others have theirs, and the next delivery completes it', async () => {
    const channel = await aChannel('whatsapp');
    const broken = await conversationIdOf(channel.id, people[1] ?? '');
    const { over } = troubledConversations((name) => {
      if (name === broken) throw stubError({ overloaded: true });
    });
    const response = await deliver(channel, body, over);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await Promise.all(people.map((from) => textsOf(channel, from)))).toEqual([
      [`from ${people[0]}`],
      [],
      [`from ${people[2]}`],
    ]);
    expect((await deliver(channel, body)).status).toBe(200);
    expect(await Promise.all(people.map((from) => textsOf(channel, from)))).toEqual(people.map((from) => [`from ${from}`]));
  });

  test('a passing failure is tried again within the delivery', async () => {
    const channel = await aChannel('whatsapp');
    const { over, calls } = troubledConversations((_name, call) => {
      if (call < 3) throw stubError({ retryable: true });
    });
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1' })]), over)).status).toBe(200);
    expect(calls()).toBe(3);
    expect(await textsOf(channel)).toEqual(['hi']);
  });

  test('an overloaded one is left alone', async () => {
    const channel = await aChannel('whatsapp');
    const { over, calls } = troubledConversations(() => {
      throw stubError({ overloaded: true, retryable: true });
    });
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1' })]), over)).status).toBe(503);
    expect(calls()).toBe(1);
  });

  test('a failure that nobody explains is 503 too: better twice than never', async () => {
    const channel = await aChannel('whatsapp');
    const { over } = troubledConversations(() => {
      throw new Error('bug');
    });
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1' })]), over)).status).toBe(503);
  });

  test('silence is 503 in the end', { timeout: 30_000 }, async () => {
    const channel = await aChannel('whatsapp');
    const { over } = troubledConversations(() => new Promise(() => undefined));
    const body = JSON.stringify(whatsappBody([said({ id: 'wamid.1' })]));
    const request = new Request('https://parley.test/', { method: 'POST', body, headers: await signed(channel, body) });
    // Not `call`: it would wait for what never ends.
    const response = await handleWebhook(request, over, createExecutionContext(), channel.id);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
  });
});

describe('when the database is down', () => {
  test('messages of a channel that is known are taken, also when its row is old', async () => {
    const channel = await aChannel('whatsapp');
    const { over, fail } = failingDatabase();
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1', text: 'before' })]), over)).status).toBe(200);
    fail(true);
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.2', text: 'during' })]), over)).status).toBe(200);
    vi.setSystemTime(Date.now() + 3_600_000);
    try {
      expect((await deliver(channel, whatsappBody([said({ id: 'wamid.3', text: 'long after' })]), over)).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
    expect(await textsOf(channel)).toEqual(['before', 'during', 'long after']);
  });

  test('messages of a channel that only other isolates know are taken, until it is changed', async () => {
    const channel = await aChannel('whatsapp');
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1', text: 'elsewhere' })]))).status).toBe(200);
    // Another database, to this isolate: what it knows of channels it keeps with theirs.
    const { over, fail } = failingDatabase();
    fail(true);
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.2', text: 'here' })]), over)).status).toBe(200);
    expect(await textsOf(channel)).toEqual(['elsewhere', 'here']);
    await gateOf(over, channel.id).changed();
    const { over: another, fail: failToo } = failingDatabase();
    failToo(true);
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.3' })]), another)).status).toBe(503);
  });

  test('a channel that is not known yet is 503, not 404', async () => {
    const channel = await aChannel('whatsapp');
    const { over, fail } = failingDatabase();
    fail(true);
    const response = await deliver(channel, whatsappBody([said({ id: 'wamid.1' })]), over);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
  });
});

describe('a big batch', () => {
  // A quick machine takes it in one request. A slow one may run into the deadline half-way, and is asked again as the provider would.
  test('of 1,000 updates for 300 conversations is taken whole, once and in order', { timeout: 180_000 }, async () => {
    const channel = await aChannel('whatsapp');
    const messages = Array.from({ length: 1_000 }, (_, i) =>
      said({ id: `wamid.${i}`, from: `1650${i % 300}`, text: `text ${i}` }),
    );
    const statuses: number[] = [];
    do statuses.push((await deliver(channel, whatsappBody(messages))).status);
    while (statuses.at(-1) === 503 && statuses.length < 10);
    expect(statuses.at(-1)).toBe(200);
    for (let person = 0; person < 300; person++) {
      const expected = Array.from({ length: 4 }, (_, round) => person + 300 * round).filter((i) => i < 1_000);
      expect(await textsOf(channel, `1650${person}`)).toEqual(expected.map((i) => `text ${i}`));
    }
  });
});
