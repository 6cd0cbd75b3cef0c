import { beforeEach, expect, test } from 'vitest';
import { alex, ana, anInbound, aTarget, ben, mia, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
const target = aTarget();
let world: World;

beforeEach(() => {
  world = new World(policy);
  world.run({ type: 'receive', target, event: anInbound() }, T);
  world.run({ type: 'claim', agent: ana }, T);
});

const note = (agent = ben, messageId = 'note-1', text = 'She is a regular', at = T + 1) =>
  world.run({ type: 'note', agent, messageId, text }, at);
const send = (seenSeq: number) =>
  world.run({ type: 'send', agent: ana, messageId: 'sent-1', epoch: 1, seenSeq, text: 'Hi', force: false }, T + 2);

test.each([
  ['the holder', ana],
  ['a colleague who only reads', ben],
  ['an Admin', alex],
])('%s may leave one, and it is nobody’s to deliver', (_, agent) => {
  expect(note(agent).ok).toBe(true);
  expect(world.messages.at(-1)).toMatchObject({
    kind: 'note',
    text: 'She is a regular',
    author: { id: agent.id },
    delivery: null,
  });
  expect([...world.outbox.keys()].filter((key) => key.startsWith('deliver'))).toEqual([]);
  expect(world.run({ type: 'retry', agent: ana, messageId: 'note-1', epoch: 1 }, T + 3)).toMatchObject({
    error: { reason: 'not_retryable' },
  });
});

test('who may see no conversation may leave none, nor where there is none', () => {
  expect(note(mia)).toMatchObject({ error: { reason: 'forbidden' } });
  world = new World(policy);
  expect(note()).toMatchObject({ error: { reason: 'not_found' } });
});

test('it answers nobody: row, ticket and hold stay, only the version tells that there is something new', () => {
  const before = world.conversation;
  note();
  const { seq, version, ...rest } = before ?? { seq: 0, version: 0 };
  expect(world.conversation).toEqual({ ...rest, seq: seq + 1, version: version + 1 });
});

test('the same id again is the same note', () => {
  note();
  note(ben, 'note-1', 'Something else');
  expect(world.messages.filter(({ kind }) => kind === 'note')).toHaveLength(1);
});

test('a colleague’s note is to be seen before an answer goes out, one’s own is not news', () => {
  note(ben);
  const seen = world.messages.length - 1;
  expect(send(seen)).toMatchObject({ error: { reason: 'unseen_messages', unseen: [{ kind: 'note' }] } });
  expect(send(seen + 1).ok).toBe(true);
  note(ana, 'note-2');
  world.run({ type: 'send', agent: ana, messageId: 'sent-2', epoch: 1, seenSeq: seen + 2, text: 'Hi', force: false }, T + 3);
  expect(world.messages.at(-1)?.id).toBe('sent-2');
});

test('writing one keeps the hold of whoever has it', () => {
  for (const at of [T, T + 590_000]) world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: at }, at);
  note(ana, 'note-1', 'Still on it', T + 590_000);
  world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: T + 650_000 }, T + 650_000);
  world.run({ type: 'tick' }, T + 650_000);
  expect(world.conversation?.lock?.agentId).toBe('ana');
});
