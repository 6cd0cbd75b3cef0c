import { expect, test } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Channel, InboundEvent, Receipt } from '../../src/lib/domain/provider';
import { keysOf, route } from '../../workers/webhooks/routing';

const channel: Channel = { id: 'shop', provider: 'whatsapp', name: 'Shop', accountId: '1', settings: {}, secrets: {} };

const message = (eventId: string, address: string, name: string | null = null): InboundEvent => ({
  type: 'message',
  eventId,
  address,
  name,
  at: 1,
  kind: 'text',
  text: eventId,
  media: null,
  details: null,
  replyTo: null,
  token: null,
  ref: null,
});
const receipt = (address: string | null, change: Partial<Receipt> = {}): Receipt => ({
  type: 'receipt',
  address,
  at: 1,
  providerMessageId: 'out-1',
  messageId: null,
  status: 'read',
  failure: null,
  ...change,
});

test('events go to their conversation in the order of the delivery', async () => {
  const events = [message('1', 'a'), message('2', 'b'), receipt('a'), message('3', 'a'), message('4', 'b')];
  const { groups, unaddressed } = await route(events, channel);
  expect(groups.map((group) => [group.target.address, group.events])).toEqual([
    ['a', [events[0], events[2], events[3]]],
    ['b', [events[1], events[4]]],
  ]);
  expect(groups.map((group) => group.target.id)).toEqual([
    await conversationIdOf('shop', 'a'),
    await conversationIdOf('shop', 'b'),
  ]);
  expect(unaddressed).toEqual([]);
});

test('the latest name that the end user gave is passed on', async () => {
  const { groups } = await route([message('1', 'a', 'Asha'), message('2', 'a', 'Asha Rao'), message('3', 'a')], channel);
  expect(groups[0]?.target).toMatchObject({ channelId: 'shop', provider: 'whatsapp', address: 'a', name: 'Asha Rao' });
});

test('a receipt that names nobody is set aside', async () => {
  const lost = receipt(null);
  expect(await route([lost], channel)).toEqual({ groups: [], unaddressed: [lost], campaigns: new Map() });
});

test('what is about a campaign’s message goes to the campaign and to no conversation; its echo is a receipt', async () => {
  const campaignId = '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10';
  const messageId = `${campaignId}.7`;
  const read = { ...receipt('49111'), messageId };
  const echo = {
    type: 'echo' as const,
    eventId: 'm_out',
    address: '49111',
    at: 1,
    messageId,
    origin: 'another app',
    kind: 'text' as const,
    text: 'Spring',
    media: null,
    details: null,
  };
  const routed = await route([read, echo], channel);
  expect(routed.groups).toEqual([]);
  expect(routed.campaigns.get(campaignId)).toMatchObject([
    read,
    { type: 'receipt', status: 'sent', messageId, providerMessageId: 'm_out' },
  ]);
});

test('addresses that are names of object properties are addresses like any other', async () => {
  const { groups } = await route([message('1', '__proto__'), message('2', 'constructor')], channel);
  expect(groups.map((group) => group.events.length)).toEqual([1, 1]);
});

test.each<[Partial<Receipt>, string[]]>([
  [{ providerMessageId: 'out-1', messageId: null }, ['id:out-1']],
  [{ providerMessageId: null, messageId: 'ours' }, ['key:ours']],
  [{ providerMessageId: 'out-1', messageId: 'ours' }, ['key:ours', 'id:out-1']],
])('a receipt with %j is looked for under %j', (change, keys) => {
  expect(keysOf(receipt(null, change))).toEqual(keys);
});
