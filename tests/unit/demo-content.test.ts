import { describe, expect, test } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { summaryOf } from '../../src/lib/domain/conversation';
import { MessageId } from '../../src/lib/domain/ids';
import { tabAt } from '../../src/lib/domain/window';
import { demoContent, DEMO_SIZE, type DemoConversation } from '../../workers/demo/content';
import { slots, turnOf } from '../../workers/demo/dialogues/dialogue';
import { food } from '../../workers/demo/dialogues/food';
import { streaming } from '../../workers/demo/dialogues/streaming';
import { travel } from '../../workers/demo/dialogues/travel';
import { attributionOf, stepsOf } from '../../workers/demo/steps';
import { isLocalDemo } from '../../workers/demo/seed-guard';
import { ana, ben, DAY, HOUR, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const now = Date.UTC(2026, 10, 21, 15, 4, 5);
const content = demoContent(now);
const countBy = (key: (conversation: DemoConversation) => string) =>
  new Map([...Map.groupBy(content, key)].map(([name, group]) => [name, group.length]));
const tabOf = ({ lastInboundAt }: DemoConversation) => tabAt(lastInboundAt, policy, now);
const beatsOf = (conversation: DemoConversation) => conversation.sessions.flatMap((session) => session.beats);

test('there are 200 conversations, of 200 different contacts, with no message id twice', () => {
  expect(content).toHaveLength(DEMO_SIZE);
  expect(DEMO_SIZE).toBe(200);
  expect(new Set(content.map(({ channelId, address }) => `${channelId} ${address}`)).size).toBe(200);
  const names = content.flatMap(({ name }) => name ?? []);
  expect(new Set(names).size).toBe(names.length);
  const ids = content.flatMap((conversation) => [
    ...beatsOf(conversation).flatMap((beat) =>
      beat.type === 'answer' ? [beat.messageId, beat.providerMessageId] : [beat.eventId],
    ),
    ...(conversation.send ? [conversation.send.providerMessageId] : []),
  ]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the same moment gives the same demo, and another moment the same one shifted in time', () => {
  expect(demoContent(now)).toEqual(content);
  const later = demoContent(now + DAY);
  const shapeOf = (all: DemoConversation[], base: number) =>
    all.map(({ name, address, ticketStatus, lastInboundAt }) => [name, address, ticketStatus, lastInboundAt - base]);
  expect(shapeOf(later, now + DAY)).toEqual(shapeOf(content, now));
});

test('about six in ten are Active, none is archived, and a few are about to leave', () => {
  const tabs = countBy(tabOf);
  expect(tabs.get('active')).toBeGreaterThanOrEqual(110);
  expect(tabs.get('active')).toBeLessThanOrEqual(130);
  expect(tabs.get('archived')).toBeUndefined();
  const left = content.map(({ lastInboundAt }) => lastInboundAt + DAY - now).filter((ms) => ms > 0);
  expect(left.filter((ms) => ms < HOUR / 2).length).toBeGreaterThanOrEqual(3);
  expect(left.filter((ms) => ms >= HOUR / 2 && ms < 2 * HOUR).length).toBeGreaterThanOrEqual(6);
});

test.each(['active', 'inactive'])('the %s tab has every ticket status, channel and language', (tab) => {
  const inTab = content.filter((conversation) => tabOf(conversation) === tab);
  const kinds = (key: (conversation: DemoConversation) => string) => new Set(inTab.map(key)).size;
  expect(kinds(({ ticketStatus }) => ticketStatus)).toBe(3);
  expect(kinds(({ channelId }) => channelId)).toBe(4);
  expect(kinds(({ language }) => language)).toBe(7);
});

test('all three campaigns were answered, and the way in which a reply is known varies', () => {
  expect(countBy(({ send }) => send?.key ?? 'none').size).toBe(4);
  const matches = countBy(({ send }) => send?.match ?? 'none');
  for (const match of ['exact', 'token', 'inferred', 'none']) expect(matches.get(match) ?? 0).toBeGreaterThan(5);
});

test('nothing happens in the future, and a conversation’s beats are in order of time', () => {
  for (const conversation of content) {
    const times = [conversation.send?.at ?? 0, ...beatsOf(conversation).map(({ at }) => at)];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(now);
  }
});

test('every slot of every script is filled, and every line of a script can be read', () => {
  const known = new Set([...Object.keys(slots), 'first']);
  for (const line of [...travel, ...food, ...streaming].flatMap((dialogue) => dialogue.lines)) {
    expect(turnOf(line)).toBeDefined();
    for (const [, slot] of line.matchAll(/\{(\w+)\}/g)) expect(known).toContain(slot);
  }
  for (const conversation of content) {
    for (const beat of beatsOf(conversation)) if (beat.type !== 'react') expect(beat.text).not.toMatch(/[{}]/);
  }
});

describe('lived through by the real decisions', () => {
  const agents = { ana: { ...ana }, ben: { ...ben } };
  const live = async (conversation: DemoConversation, rules = policy) => {
    const { channelId, address, provider, name } = conversation;
    const target = { id: await conversationIdOf(channelId, address), channelId, provider, address, name };
    const world = new World(rules);
    const steps = stepsOf(conversation, { target, agents, attribution: attributionOf(conversation), policy: rules, now });
    const refused = steps.flatMap(({ command, at }) => {
      const result = world.run(command, at);
      return result.ok ? [] : [{ type: command.type, reason: result.error.reason }];
    });
    return { world, refused, steps };
  };

  test('every step is accepted, and each conversation ends as it was meant to', async () => {
    for (const conversation of content) {
      const { world, refused } = await live(conversation);
      expect(refused).toEqual([]);
      const state = world.conversation;
      if (!state) throw new Error('no conversation came of it');
      const summary = summaryOf(state, policy, now);
      expect(summary).toMatchObject({ ticketStatus: conversation.ticketStatus, tab: tabOf(conversation), lock: null });
      expect(summary.lastInboundAt).toBe(conversation.lastInboundAt);
      expect(summary.campaign?.match).toBe(conversation.send?.match);
      expect([...world.outbox.values()].filter((effect) => effect.type === 'deliver')).toEqual([]);
    }
  });

  test('every step is accepted under short locks as well', async () => {
    for (const conversation of content) {
      const { refused, world } = await live(conversation, { ...policy, lockGraceMs: 1_500, lockIdleMs: 4_000 });
      expect(refused).toEqual([]);
      expect(world.conversation).toMatchObject({ ticketStatus: conversation.ticketStatus, lock: null });
    }
  });

  test('a second replay of the end user’s part changes nothing', async () => {
    for (const conversation of content.slice(0, 20)) {
      const { world, steps } = await live(conversation);
      const before = world.messages.length;
      for (const { command } of steps) if (command.type === 'receive' || command.type === 'send') world.run(command, now);
      expect(world.messages).toHaveLength(before);
    }
  });

  test('there is something of everything to look at: unread rows, reactions, media, and each delivery state', async () => {
    const worlds = await Promise.all(content.map((conversation) => live(conversation)));
    const messages = worlds.flatMap(({ world }) => world.messages);
    const unread = worlds.filter(({ world }) => (world.conversation?.unread ?? 0) > 0).length;
    expect(unread).toBeGreaterThan(20);
    expect(unread).toBeLessThan(150);
    expect(messages.filter((message) => message.reaction !== null).length).toBeGreaterThan(5);
    const kinds = new Set(messages.map((message) => message.kind));
    for (const kind of ['image', 'voice', 'video', 'document', 'location', 'button', 'campaign', 'activity'])
      expect(kinds).toContain(kind);
    const deliveries = new Set(messages.flatMap((message) => message.delivery?.status ?? []));
    expect(deliveries).toEqual(new Set(['sent', 'delivered', 'read', 'failed', 'unknown']));
    expect(messages.filter((message) => message.delivery?.status === 'failed').every((message) => message.delivery?.reason)).toBe(
      true,
    );
    const authors = new Set(messages.flatMap((message) => message.author?.name ?? []));
    expect(authors).toEqual(new Set(['Ana Lima', 'Ben Okafor']));
    for (const message of messages) if (message.author && message.kind === 'text') MessageId.parse(message.id);
  });
});

test.each([
  ['on', 'http://localhost:8787/demo/seed', true],
  ['on', 'http://127.0.0.1:9000/demo/seed', true],
  ['on', 'http://[::1]:9000/demo/seed', true],
  ['off', 'http://localhost:8787/demo/seed', false],
  ['on', 'https://parley.example.workers.dev/demo/seed', false],
  ['on', 'https://localhost.example.com/demo/seed', false],
])('with DEMO %s a seed at %s is allowed: %s', (demo, url, allowed) => {
  expect(isLocalDemo({ DEMO: demo }, { url })).toBe(allowed);
});
