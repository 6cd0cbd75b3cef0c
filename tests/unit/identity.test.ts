import { expect, test } from 'vitest';
import { ana, anInbound, aTarget, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
const target = aTarget();

const aWorld = () => new World(policy);
const receive = (world: World, fields: Parameters<typeof anInbound>[0], at = T) =>
  world.run({ type: 'receive', target, event: anInbound({ at, ...fields }) }, at);
const told = (world: World) => [...world.outbox.values()].flatMap((effect) => (effect.type === 'alias' ? effect.addresses : []));

test('the other ids of a person are remembered and told, once', () => {
  const world = aWorld();
  receive(world, { aliases: ['US.1349'] });
  expect(world.conversation).toMatchObject({ contact: { address: '16505551234' }, aliases: ['US.1349'] });
  expect(told(world)).toEqual(['US.1349']);
  receive(world, { eventId: 'wamid.2', aliases: ['US.1349'] }, T + 1);
  expect(told(world)).toEqual(['US.1349']);
});

test('somebody who now hides their number is answered at the id they write from', () => {
  const world = aWorld();
  receive(world, { aliases: ['US.1349'] });
  receive(world, { eventId: 'wamid.2', address: 'US.1349' }, T + 1);
  expect(world.conversation).toMatchObject({ contact: { address: 'US.1349' }, aliases: ['16505551234'] });
});

test('a changed number keeps the conversation, is answered at once at the new one, and tells the new one whose it is', () => {
  const world = aWorld();
  receive(world, {});
  receive(world, { eventId: 'wamid.2', kind: 'system', text: 'changed', movedTo: '16505559999' }, T + 1);
  expect(world.conversation).toMatchObject({
    contact: { address: '16505559999' },
    aliases: ['16505551234'],
    ticketStatus: 'new',
  });
  expect(told(world)).toEqual(['16505559999']);
  world.run({ type: 'claim', agent: ana }, T + 2);
  receive(world, { eventId: 'wamid.3', address: '16505559999' }, T + 3);
  expect(world.conversation?.contact.address).toBe('16505559999');
  expect(world.messages.filter(({ kind }) => kind === 'text')).toHaveLength(2);
});

test('a late message from the number before does not bring it back', () => {
  const world = aWorld();
  receive(world, {});
  receive(world, { eventId: 'wamid.2', kind: 'system', text: 'changed', movedTo: '16505559999' }, T + 5_000);
  receive(world, { eventId: 'wamid.late', at: T + 1_000 }, T + 9_000);
  expect(world.byProviderId('wamid.late')).toBeDefined();
  expect(world.conversation?.contact.address).toBe('16505559999');
});

test('somebody whose events carry no name is asked after once, and then called by it', () => {
  const world = aWorld();
  const asked = () => [...world.outbox.values()].filter(({ type }) => type === 'name').length;
  const nameless = { ...target, name: null };
  world.run({ type: 'receive', target: nameless, event: anInbound({ name: null }) }, T);
  expect(world.conversation?.contact.name).toBe(target.address);
  expect(asked()).toBe(1);
  world.run({ type: 'named', name: ' Asha Rao ' }, T + 1);
  expect(world.conversation?.contact.name).toBe('Asha Rao');
  world.run({ type: 'receive', target: nameless, event: anInbound({ eventId: 'wamid.2', name: null }) }, T + 2);
  expect(asked()).toBe(1);
});
