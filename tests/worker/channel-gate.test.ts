import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import type { ChannelGate } from '../../workers/durable-objects';
import { gateOf, hubsOf } from '../../workers/env';
import { headersOf } from '../../workers/sockets';
import { ana } from '../fixtures/conversation';

const NOW = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
let made = 0;

/** A gate of its own for each test, in the object itself, where the clock can be set. */
function inGate<T>(work: (gate: ChannelGate) => T | Promise<T>, id = `gate-${++made}`): Promise<T> {
  return runInDurableObject(gateOf(env, id), (gate) => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout'] });
    return work(gate);
  });
}
afterEach(() => void vi.useRealTimers());

const at = (ms: number) => vi.setSystemTime(NOW + ms);
const waits = (gate: ChannelGate, ids: string[], perSecond: number, paceMs = 0) =>
  ids.map((id) => {
    const admission = gate.admit(id, perSecond, paceMs);
    return admission.status === 'open' ? admission.waitMs : admission.status;
  });
const many = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`);

test('a second’s worth leaves at once, and what comes on top waits for its turn, evenly', () =>
  inGate((gate) => {
    expect(waits(gate, many(4), 4)).toEqual([0, 0, 0, 0]);
    expect(waits(gate, ['e', 'f', 'g'], 4)).toEqual([250, 500, 750]);
  }));

test('in no second do more leave than the provider takes, beyond the first burst', () =>
  inGate((gate) => {
    const leaves: number[] = [];
    for (let ms = 0; ms < 5_000; ms += 20) {
      at(ms);
      for (const wait of waits(gate, [`${ms}`], 10)) leaves.push(ms + Number(wait));
    }
    for (let second = 1_000; second < 10_000; second += 100) {
      expect(leaves.filter((leave) => leave >= second && leave < second + 1_000).length).toBeLessThanOrEqual(11);
    }
    expect(leaves.filter((leave) => leave < 1_000).length).toBeLessThanOrEqual(20);
  }));

test('a conversation that asks again for the turn it was told to wait for is not sent to the back', () =>
  inGate((gate) => {
    waits(gate, many(2), 2);
    expect(waits(gate, ['late'], 2)).toEqual([500]);
    at(200);
    expect(waits(gate, ['late'], 2)).toEqual([300]);
    at(500);
    expect(waits(gate, ['late', 'next'], 2)).toEqual([0, 500]);
  }));

test('two messages to one end user keep the provider’s pause, while others go on', () =>
  inGate((gate) => {
    expect(waits(gate, ['ana'], 30, 1_000)).toEqual([0]);
    gate.settle('ana', { status: 'sent' });
    at(100);
    expect(waits(gate, ['ana'], 30, 1_000)).toEqual([900]);
    const [ben] = waits(gate, ['ben'], 30, 1_000);
    expect(ben).toBeLessThan(100);
  }));

test('a stop holds every conversation, with its words, until it is resumed', () =>
  inGate((gate) => {
    gate.settle('ana', { status: 'stopped', reason: 'The access token has expired.', code: '190' });
    at(MINUTE);
    const stopped = { status: 'stopped', reason: 'The access token has expired.', code: '190' };
    expect(gate.admit('ana', 80)).toEqual(stopped);
    expect(gate.admit('ben', 80)).toEqual(stopped);
    // What was on its way when the channel stopped changes nothing.
    gate.settle('cleo', { status: 'sent' });
    expect(gate.admit('ben', 80)).toEqual(stopped);
    expect(gate.health()).toMatchObject({ stopped: { code: '190', at: NOW }, waiting: 2, sent: 1 });
    gate.resume();
    expect(gate.admit('ana', 80)).toEqual({ status: 'open', waitMs: 0 });
    gate.settle('ana', { status: 'sent' });
    expect(gate.health()).toMatchObject({ stopped: null, waiting: 1, sent: 2 });
  }));

test('the stop, who waits for it, and the latest counts outlive the object', async () => {
  const gate = gateOf(env, 'gate-evicted');
  await gate.settle('ana', { status: 'stopped', reason: 'Locked.', code: '131031' });
  await gate.settle('ben', { status: 'sent' });
  await scheduler.wait(1_100);
  await evictDurableObject(gate);
  expect(await gate.health()).toMatchObject({ waiting: 1, sent: 1, stopped: { reason: 'Locked.', code: '131031' } });
  expect(await gate.admit('ben', 80)).toMatchObject({ status: 'stopped' });
});

test('a conversation that no longer asks is not counted as waiting for ever', () =>
  inGate((gate) => {
    gate.settle('ana', { status: 'stopped', reason: 'Locked.', code: '1' });
    gate.admit('ben', 80);
    at(4 * MINUTE);
    gate.admit('ben', 80);
    at(6 * MINUTE);
    expect(gate.health().waiting).toBe(1);
  }));

test('health counts the last hour by outcome and tells when it last heard and sent', () =>
  inGate((gate) => {
    expect(gate.health()).toEqual({
      lastInboundAt: null, lastSentAt: null, sent: 0, failed: 0, unknown: 0, retried: 0, received: 0, rejected: 0, waiting: 0, stopped: null,
    }); // prettier-ignore
    gate.settle('a', { status: 'sent' });
    gate.settle('a', { status: 'failed' });
    gate.settle('b', { status: 'unknown' });
    gate.settle('b', { status: 'retry' });
    at(1_000);
    gate.saw(3, 1);
    const first = {
      lastInboundAt: NOW + 1_000,
      lastSentAt: NOW,
      sent: 1,
      failed: 1,
      unknown: 1,
      retried: 1,
      received: 3,
      rejected: 1,
    };
    expect(gate.health()).toMatchObject(first);
    at(50 * MINUTE);
    gate.settle('a', { status: 'sent' });
    expect(gate.health()).toMatchObject({ ...first, sent: 2, lastSentAt: NOW + 50 * MINUTE });
    at(65 * MINUTE);
    expect(gate.health()).toMatchObject({ sent: 1, failed: 0, received: 0, lastInboundAt: NOW + 1_000 });
  }));

test('what it counts is written down within a second, and takes no more room as days go by', async () => {
  await inGate((gate) => {
    for (let hour = 0; hour < 48; hour++) {
      at(hour * 60 * MINUTE);
      gate.settle('a', { status: 'sent' });
      gate.saw(1, 0);
      vi.advanceTimersByTime(1_001);
    }
  }, 'gate-days');
  await runInDurableObject(gateOf(env, 'gate-days'), (_, state) => {
    const [row] = state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM counts').toArray();
    expect(row?.n).toBe(2);
  });
});

test('a gate whose storage fails lets messages go', () =>
  runInDurableObject(gateOf(env, 'gate-broken'), (gate, state) => {
    for (const table of ['held', 'fact', 'counts']) state.storage.sql.exec(`DROP TABLE ${table}`);
    gate.settle('a', { status: 'sent' });
    gate.saw(1, 0);
    expect(gate.admit('a', 1)).toEqual({ status: 'open', waitMs: 0 });
    expect(gate.health()).toMatchObject({ stopped: null });
  }));

test('every dashboard is told when a channel stops and when it works again, once each', async () => {
  const response = await hubsOf(env)[0].fetch('https://parley.test/live/inbox', {
    headers: [['upgrade', 'websocket'], ...headersOf(ana, 'a-session')],
  });
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status}`);
  const frames: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string' && data.includes('"channels"')) frames.push(data);
  });
  socket.accept();
  const gate = gateOf(env, 'gate-told');
  const stopped = { status: 'stopped', reason: 'Locked.', code: '1' } as const;
  for (const id of ['a', 'b', 'c']) await gate.settle(id, stopped);
  await vi.waitFor(() => expect(frames).toHaveLength(1));
  await gate.resume();
  await gate.resume();
  await vi.waitFor(() => expect(frames).toHaveLength(2));
  await scheduler.wait(50);
  expect(frames).toHaveLength(2);
  socket.close(1000);
});

test('it knows its channel by its name', async () => {
  const [check] = await gateOf(env, 'no-such-channel').check('https://parley.test');
  expect(check).toEqual({ name: 'The channel is there', ok: false, help: 'There is no such channel.' });
});
