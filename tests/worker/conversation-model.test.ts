import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { checkStep } from '../fixtures/invariants';
import { policy } from '../fixtures/conversation';
import { lives } from '../fixtures/steps';
import { World } from '../fixtures/world';
import { Store } from '../../workers/conversation/store';
import { aConversation, openShop, provider, stored } from './conversation-world';

const START = Date.UTC(2026, 10, 22, 12);
const RUNS = 60;

beforeAll(async () => {
  provider(() => new Response('no', { status: 503 }));
  await openShop();
});

test('the object lives every life as the core does, step by step, with an alarm wherever work is left', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  console.info(`conversation model in workerd: seed ${seed}, ${RUNS} runs`);
  const property = fc.asyncProperty(lives(40), async (steps) => {
    const { target, stub } = await aConversation();
    const left = await runInDurableObject(stub, async (object, state) => {
      const world = new World(policy);
      let now = START;
      // In one turn, so that the outbox's own work does not come in between.
      for (const step of steps) {
        now += step.advanceMs;
        const made = step.command(world.conversation, now, world.messages);
        const command = made.type === 'receive' ? { ...made, target } : made;
        const before = stored(state.storage);
        const result = world.run(command, now);
        object.replay([{ command, at: now }]);
        const after = stored(state.storage);
        checkStep(before, after, command, result.ok, now, policy);
        expect(after.conversation).toEqual(world.conversation);
        // What somebody finds who opens it anew.
        expect(new Store(state.storage).conversation()).toEqual(world.conversation);
        expect(after.messages).toEqual(world.messages);
        expect(new Set(after.outbox)).toEqual(new Set(world.outbox.keys()));
      }
      return { outbox: stored(state.storage).outbox.length, alarm: await state.storage.getAlarm() };
    });
    if (left.outbox > 0) expect(left.alarm).not.toBeNull();
  });
  await fc.assert(property, { numRuns: RUNS, seed });
});
