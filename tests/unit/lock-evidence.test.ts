import { expect, test } from 'vitest';
import type { Activity } from '../../src/lib/domain/message';
import { lossOf } from '../../src/lib/inbox/lock-evidence';
import { ana, anActivity, aMessage, ben } from '../fixtures/messages';

test.each<[string, Activity, typeof ana, ReturnType<typeof lossOf>]>([
  ['our own claim', { type: 'claimed', epoch: 5 }, ana, null],
  ['a claim of the time before: its frame was late', { type: 'claimed', epoch: 4 }, ben, null],
  ['a release of the time before', { type: 'released', epoch: 4, why: 'closed' }, ben, null],
  ['the end of ours by the idle clock', { type: 'released', epoch: 5, why: 'idle' }, ana, { why: 'idle' }],
  ['the end of ours by a lost connection', { type: 'released', epoch: 5, why: 'gone' }, ana, { why: 'gone' }],
  ['a take-over', { type: 'takenOver', epoch: 6, from: ana }, ben, { why: 'takenOver', by: 'Ben Kaya' }],
  ['our own take-over', { type: 'takenOver', epoch: 5, from: ben }, ana, null],
  ['somebody else’s later claim', { type: 'claimed', epoch: 7 }, ben, { why: 'unknown' }],
])('a grant with epoch 5, when the last record is %s', (_, activity, author, expected) => {
  const messages = [anActivity(1, activity, author), aMessage(2), anActivity(3, { type: 'ticket', from: 'new', to: 'pending' })];
  expect(lossOf(5, messages)).toEqual(expected);
});

test('a grant that the thread does not tell of yet stands', () => expect(lossOf(5, [aMessage(1)])).toBeNull());
