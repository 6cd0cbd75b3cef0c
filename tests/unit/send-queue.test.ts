import { describe, expect, test } from 'vitest';
import type { Rejection } from '../../src/lib/domain/rejection';
import { SendQueue, type SendInput as Try, type SendOutcome, type TakeBackReason } from '../../src/lib/inbox/send-queue';
import { aMessage, NOON } from '../fixtures/messages';

/** A queue whose server answers when the test says so, and whose clock stands still until told. */
function aQueue(options: { epoch?: number | null; store?: Map<string, string> } = {}) {
  const store = options.store ?? new Map<string, string>();
  const world = {
    tries: [] as Try[],
    epoch: options.epoch === undefined ? 1 : options.epoch,
    back: [] as { texts: string[]; why: TakeBackReason }[],
    timers: [] as { ms: number; run: () => void }[],
    answers: [] as ((outcome: SendOutcome) => void)[],
  };
  let made = 0;
  const queue = new SendQueue({
    send: (input) => {
      world.tries.push(input);
      return new Promise((resolve) => world.answers.push(resolve));
    },
    epoch: () => world.epoch,
    seenThrough: (seq) => seq,
    takenBack: (sends, why) => world.back.push({ texts: sends.map(({ text }) => text), why }),
    changed: () => undefined,
    store: {
      getItem: (key) => store.get(key) ?? null,
      setItem: (key, value) => void store.set(key, value),
      removeItem: (key) => void store.delete(key),
    },
    key: 'queue',
    now: () => NOON,
    newId: () => `00000000-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`,
    random: () => 0.5,
    after: (ms, run) => {
      const timer = { ms, run };
      world.timers.push(timer);
      return () => (world.timers = world.timers.filter((other) => other !== timer));
    },
  });
  const answer = async (outcome: SendOutcome) => {
    world.answers.shift()?.(outcome);
    await settle();
  };
  return {
    queue,
    world,
    store,
    answer,
    accept: () => answer({ type: 'accepted' }),
    loseNetwork: () => answer({ type: 'unreachable' }),
    refuse: (rejection: Rejection) => answer({ type: 'refused', rejection }),
    passTime: async () => {
      const timer = world.timers.shift();
      timer?.run();
      await settle();
      return timer?.ms;
    },
  };
}
/** Lets everything that waits for nothing but its turn run. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const texts = (tries: Try[]) => tries.map((each) => each.text);

const lock = { agentId: 'ben', agentName: 'Ben Kaya', since: NOON };

describe('order', () => {
  test('one at a time, in the order they were written', async () => {
    const { queue, world, accept } = aQueue();
    queue.add('one', 3);
    queue.add('two', 3);
    queue.add('three', 3);
    expect(texts(world.tries)).toEqual(['one']);
    await accept();
    expect(texts(world.tries)).toEqual(['one', 'two']);
    await accept();
    await accept();
    expect(texts(world.tries)).toEqual(['one', 'two', 'three']);
    expect(queue.isSending).toBe(false);
  });

  test('nothing leaves before the conversation is ours, and then by itself', async () => {
    // The grant may come in the very moment in which the queue finds that there is none.
    const { queue, world } = aQueue({ epoch: null });
    queue.add('early', 3);
    expect(world.tries).toEqual([]);
    world.epoch = 7;
    queue.wake();
    await settle();
    expect(world.tries).toMatchObject([{ text: 'early', epoch: 7 }]);
  });

  test('what the thread shows is forgotten', async () => {
    const { queue, accept } = aQueue();
    queue.add('one', 3);
    await accept();
    expect(queue.items).toMatchObject([{ state: 'accepted' }]);
    queue.settle(() => true);
    expect(queue.items).toEqual([]);
  });
});

describe('a lost network', () => {
  test('repeats the same message under the same id, waiting longer each time up to a limit', async () => {
    const { queue, world, loseNetwork, passTime } = aQueue();
    queue.add('one', 3);
    const waits: (number | undefined)[] = [];
    for (let round = 0; round < 6; round += 1) {
      await loseNetwork();
      waits.push(await passTime());
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(new Set(world.tries.map((each) => each.messageId)).size).toBe(1);
  });

  test('tries at once when it is back, and never twice at the same time', async () => {
    const { queue, world, loseNetwork } = aQueue();
    queue.add('one', 3);
    await loseNetwork();
    queue.wake();
    queue.wake();
    expect(world.tries).toHaveLength(2);
    expect(world.timers).toEqual([]);
  });

  test('survives a reload: same ids, same order', async () => {
    const first = aQueue();
    first.queue.add('one', 3);
    first.queue.add('two', 3);
    await first.loseNetwork();
    first.queue.close();
    const second = aQueue({ store: first.store });
    expect(second.queue.items.map((item) => item.text)).toEqual(['one', 'two']);
    second.queue.wake();
    await second.accept();
    await second.accept();
    expect(second.world.tries.map((each) => each.messageId)).toEqual(first.queue.items.map((item) => item.messageId));
    expect(second.store.size).toBe(0);
  });

  test('a message that the thread shows before the answer is not sent again', async () => {
    const { queue, world, loseNetwork } = aQueue();
    queue.add('one', 3);
    queue.settle(() => true);
    await loseNetwork();
    queue.wake();
    expect(world.tries).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test.each<Rejection>([
    { reason: 'locked', lock },
    { reason: 'stale_epoch', lock: null },
    { reason: 'window_closed', sendWindowUntil: NOON },
  ])('for $reason gives everything unsent back, in order', async (rejection) => {
    const { queue, world, refuse, store } = aQueue();
    queue.add('one', 3);
    queue.add('two', 3);
    await refuse(rejection);
    expect(world.back).toEqual([{ texts: ['one', 'two'], why: rejection }]);
    expect([queue.items, store.size]).toEqual([[], 0]);
  });

  test('for what is new stops until the agent decides; sending anyway keeps the id', async () => {
    const { queue, world, refuse, accept } = aQueue();
    queue.add('one', 3);
    queue.add('two', 3);
    await refuse({ reason: 'unseen_messages', unseen: [aMessage(4)] });
    expect(queue.stop).toMatchObject({ send: { text: 'one' }, unseen: [{ seq: 4 }] });
    queue.wake();
    expect(world.tries).toHaveLength(1);
    queue.sendAnyway();
    await settle();
    expect(world.tries[1]).toEqual({ ...world.tries[0], force: true });
    await accept();
    // What waits behind it was read with the news, too.
    expect(world.tries[2]).toMatchObject({ text: 'two', seenSeq: 4, force: false });
  });

  test('for what is new can be edited: the text comes back', async () => {
    const { queue, world, refuse } = aQueue();
    queue.add('one', 3);
    await refuse({ reason: 'unseen_messages', unseen: [aMessage(4)] });
    queue.takeBack({ reason: 'edit' });
    expect([queue.stop, world.back[0]?.texts]).toEqual([null, ['one']]);
  });

  test('for going too fast waits as long as it says', async () => {
    const { queue, world, refuse, passTime } = aQueue();
    queue.add('one', 3);
    await refuse({ reason: 'rate_limited', retryAfterMs: 4_321 });
    expect(await passTime()).toBe(4_321);
    expect(world.tries).toHaveLength(2);
  });

  test('for a text that can never be taken gives it back', async () => {
    const { queue, world, answer } = aQueue();
    queue.add('one', 3);
    await answer({ type: 'invalid' });
    expect(world.back).toEqual([{ texts: ['one'], why: { reason: 'invalid' } }]);
  });
});

describe('a lost conversation', () => {
  test('gives back what surely did not arrive, and asks about what may have', async () => {
    // A try whose answer is lost may have been stored: as a draft it could go out twice.
    const { queue, world, loseNetwork, refuse } = aQueue();
    queue.add('doubtful', 3);
    queue.add('untried', 3);
    await loseNetwork();
    world.epoch = null;
    queue.takeBack({ reason: 'lost' });
    expect(world.back.map((each) => each.texts)).toEqual([['untried']]);
    queue.wake();
    await settle();
    expect(world.tries[1]).toMatchObject({ text: 'doubtful', epoch: 1, messageId: world.tries[0]?.messageId });
    await refuse({ reason: 'stale_epoch', lock });
    expect(world.back.map((each) => each.texts)).toEqual([['untried'], ['doubtful']]);
  });

  test('does not bring back a doubtful message that had arrived', async () => {
    const { queue, world, loseNetwork, accept } = aQueue();
    queue.add('doubtful', 3);
    await loseNetwork();
    world.epoch = null;
    queue.takeBack({ reason: 'lost' });
    queue.wake();
    await accept();
    expect(world.back).toEqual([]);
  });
});

describe('a message with a file', () => {
  const file = (uploadId: string | null = null, fileId = 'f1') => {
    return { fileId, uploadId, kind: 'image' as const, name: 'a.png', mime: 'image/png', size: 9 };
  };

  test('waits for its upload, and what was written after it waits behind it', async () => {
    const { queue, world, accept } = aQueue();
    queue.add('Look', 3, { file: file() });
    queue.add('Nice?', 3);
    expect([world.tries, queue.isSending]).toEqual([[], true]);
    queue.uploaded(file('u1'));
    await settle();
    expect(world.tries).toMatchObject([{ text: 'Look', uploadId: 'u1' }]);
    await accept();
    expect(world.tries.map(({ text, uploadId }) => [text, uploadId])).toEqual([
      ['Look', 'u1'],
      ['Nice?', undefined],
    ]);
  });

  test('comes back with those behind it when the upload fails; what was before it goes on', async () => {
    const { queue, world, accept } = aQueue();
    queue.add('first', 3);
    queue.add('Look', 3, { file: file() });
    queue.add('Nice?', 3);
    queue.uploadFailed('f1');
    expect(world.back).toEqual([{ texts: ['Look', 'Nice?'], why: { reason: 'upload' } }]);
    await accept();
    expect([texts(world.tries), queue.items.map(({ text }) => text)]).toEqual([['first'], ['first']]);
  });

  test('goes on after a reload when the server has the file; otherwise it and those behind it are handed back once', () => {
    const store = new Map<string, string>();
    const before = aQueue({ epoch: null, store });
    before.queue.add('done', 3, { file: file('u1'), quotedId: 'message-1' });
    before.queue.add('not done', 3, { file: file(null, 'f2') });
    before.queue.add('behind', 3);
    before.queue.close();
    const after = aQueue({ epoch: 1, store });
    expect(after.queue.takeOrphans().map(({ text }) => text)).toEqual(['not done', 'behind']);
    expect(after.queue.takeOrphans()).toEqual([]);
    after.queue.wake();
    expect(after.world.tries).toMatchObject([{ text: 'done', uploadId: 'u1', quotedId: 'message-1' }]);
    expect(aQueue({ epoch: null, store }).queue.takeOrphans()).toEqual([]);
  });

  test('what was kept before there were files is still sent', () => {
    const store = new Map<string, string>();
    const kept = { messageId: '00000000-0000-4000-8000-000000000001', text: 'old', at: NOON, seenSeq: 1, force: false };
    store.set('queue', JSON.stringify([{ ...kept, doubtfulEpoch: null }]));
    const { queue, world } = aQueue({ store });
    queue.wake();
    expect(world.tries).toEqual([{ messageId: kept.messageId, epoch: 1, seenSeq: 1, text: 'old', force: false }]);
  });
});

test('a quote and a template go out with their message only', async () => {
  const { queue, world, accept } = aQueue();
  const template = { name: 'hello', language: 'en', values: { 'body.1': 'Asha' } };
  queue.add('Hello Asha', 3, { template });
  queue.add('Yes', 3, { quotedId: 'message-2' });
  await accept();
  expect(world.tries.map(({ messageId: _, ...rest }) => rest)).toEqual([
    { epoch: 1, seenSeq: 3, text: 'Hello Asha', force: false, template },
    { epoch: 1, seenSeq: 3, text: 'Yes', force: false, quotedId: 'message-2' },
  ]);
});
