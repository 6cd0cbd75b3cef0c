import { describe, expect, test } from 'vitest';
import { providerNames, rulesOf, type ChannelSettings, type ProviderName } from '../../src/lib/domain/provider-rules';
import { isHumanAgentTime, windowWords } from '../../src/lib/inbox/send-window';
import { ana, anInbound, aTarget, DAY, HOUR, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);

/** How long each app takes free text after the customer's last action, by its own pages; null = always. */
const table: [ProviderName, ChannelSettings, number | null][] = [
  ['whatsapp', {}, DAY],
  ['whatsapp', { humanAgent: true }, DAY],
  ['messenger', {}, DAY],
  ['messenger', { humanAgent: false }, DAY],
  ['messenger', { humanAgent: true }, 7 * DAY],
  ['telegram', {}, null],
  ['telegram', { humanAgent: true }, null],
  ['webhook', {}, null],
];

function worldOf(provider: ProviderName, settings: ChannelSettings) {
  const world = new World(policy);
  const target = aTarget({ provider, settings });
  const receive = (event: Parameters<typeof anInbound>[0], now: number) =>
    world.run({ type: 'receive', target, event: anInbound({ address: target.address, ...event }) }, now);
  const react = (at: number) =>
    world.run(
      { type: 'receive', target, event: { type: 'reaction', eventId: `r${at}`, address: target.address, at, targetId: 'wamid.1', emoji: '👍' } }, at); // prettier-ignore
  return { world, receive, react, until: () => world.conversation?.sendWindowUntil };
}

describe.each(table)('%s with %j', (provider, settings, ms) => {
  const endOf = (at: number) => (ms === null ? null : at + ms);

  test('opens with a message, goes on with a later one or a reaction, and never closes earlier for a late one', () => {
    const { receive, react, until } = worldOf(provider, settings);
    receive({ at: T }, T);
    expect(until()).toBe(endOf(T));
    receive({ eventId: 'wamid.2', at: T - HOUR }, T + 1);
    expect(until()).toBe(endOf(T));
    react(T + HOUR);
    expect(until()).toBe(endOf(T + HOUR));
    receive({ eventId: 'wamid.3', at: T + 2 * HOUR }, T + 2 * HOUR);
    expect(until()).toBe(endOf(T + 2 * HOUR));
  });

  test('takes free text to the last millisecond and not one longer', () => {
    const { world, receive } = worldOf(provider, settings);
    const sendAt = (now: number) => {
      const agent = ana;
      world.run({ type: 'claim', agent }, now);
      const epoch = world.conversation?.epoch ?? 0;
      const messageId = `00000000-0000-4000-8000-${String(now).padStart(12, '0')}`;
      const result = world.run({ type: 'send', agent, messageId, epoch, seenSeq: 99, text: 'Hi', force: true }, now);
      return result.ok ? 'taken' : result.error.reason;
    };
    receive({ at: T }, T);
    expect(sendAt(T + (ms ?? 14 * DAY) - 1)).toBe('taken');
    expect(sendAt(T + (ms ?? 14 * DAY))).toBe(ms === null ? 'taken' : 'window_closed');
  });
});

test.each(providerNames)('the window of %s never ends earlier for a later action, whatever is set', (provider) => {
  const { sendWindow } = rulesOf(provider);
  for (const settings of [{}, { humanAgent: true }, { humanAgent: false }, { sendUrl: 'https://app.example' }]) {
    const ends = Array.from({ length: 200 }, (_, i) => sendWindow(T + i * i * 977, settings) ?? Infinity);
    expect(ends.every((end, i) => end >= (ends[i - 1] ?? 0))).toBe(true);
    expect(ends.every((end, i) => end > T + i * i * 977)).toBe(true);
  }
});

describe('what the composer says of it', () => {
  const of = (provider: ProviderName, settings: ChannelSettings, later = 0) => {
    const end = rulesOf(provider).sendWindow(T + later, settings);
    return { channel: { id: 'c', provider }, lastInboundAt: T, sendWindowUntil: end };
  };

  test.each(table)('%s with %j, in words', (provider, settings, ms) => {
    expect(windowWords(of(provider, settings))).toBe(ms === 7 * DAY ? '7 days' : '24 hours');
    // A reaction has opened it again: what the channel takes is still the same.
    expect(windowWords(of(provider, settings, 5 * HOUR))).toBe(ms === 7 * DAY ? '7 days' : '24 hours');
  });

  test.each(table)('%s with %j takes only what a person writes between the two ends', (provider, settings, ms) => {
    const window = of(provider, settings);
    const times = [0, DAY - 1, DAY, 7 * DAY - 1, 7 * DAY].map((age) => isHumanAgentTime(window, T + age));
    expect(times).toEqual(ms === 7 * DAY ? [false, false, true, true, false] : [false, false, false, false, false]);
  });

  test('a reaction on a channel without that rule does not make it one', () => {
    expect(isHumanAgentTime(of('whatsapp', {}, HOUR), T + DAY)).toBe(false);
  });
});
