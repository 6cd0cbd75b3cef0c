import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policy } from '../fixtures/conversation';
import { checkStep, type Moment } from '../fixtures/invariants';
import { lives } from '../fixtures/steps';
import { World } from '../fixtures/world';

const START = Date.UTC(2026, 10, 22, 12);
const RUNS = 500;

const momentOf = (world: World): Moment => structuredClone({ conversation: world.conversation, messages: world.messages });

test('every life of a conversation keeps its promises after every step, and every step may be repeated', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  console.info(`conversation model: seed ${seed}, ${RUNS} runs (SEED=${seed} repeats them)`);
  const happened = new Map<string, number>();
  const property = fc.property(lives(60), (steps) => {
    const world = new World(policy);
    let now = START;
    for (const step of steps) {
      now += step.advanceMs;
      const command = step.command(world.conversation, now, world.messages);
      const before = momentOf(world);
      const result = world.run(command, now);
      const after = momentOf(world);
      checkStep(before, after, command, result.ok, now, policy);
      const outcome = !result.ok
        ? result.error.reason
        : after.conversation?.version === before.conversation?.version
          ? 'quiet'
          : 'visible';
      happened.set(`${command.type} ${outcome}`, (happened.get(`${command.type} ${outcome}`) ?? 0) + 1);
      const last = after.messages.slice(before.messages.length);
      if (last.some(({ activity }) => activity?.type === 'woken')) happened.set('woken', (happened.get('woken') ?? 0) + 1);
      // The process died after the commit and before its answer: the caller asks again.
      if (result.ok) {
        const again = world.run(command, now);
        if (
          command.type === 'receive' ||
          command.type === 'send' ||
          command.type === 'claim' ||
          command.type === 'close' ||
          command.type === 'snooze'
        ) {
          expect(again.ok, `${command.type} twice`).toBe(true);
          expect(momentOf(world), `${command.type} twice = once`).toEqual(after);
        }
      }
      checkOutbox(world);
    }
  });
  fc.assert(property, { numRuns: RUNS, seed });
  // A run in which nothing interesting happened proves nothing.
  for (const outcome of sometimes) expect(happened.get(outcome) ?? 0, `"${outcome}" happened`).toBeGreaterThan(0);
});

const sometimes = [
  ...['receive visible', 'receive quiet', 'claim visible', 'claim quiet', 'takeOver visible', 'release visible', 'tick visible'],
  ...['send visible', 'send quiet', 'send stale_epoch', 'send locked', 'send unseen_messages', 'send window_closed'],
  ...[
    'sendStarted visible',
    'sendResult visible',
    'retry visible',
    'close visible',
    'close stale_epoch',
    'setTicketStatus visible',
    'snooze visible',
    'snooze locked',
    'snooze stale_epoch',
    'snooze snooze_past',
    'snooze snooze_too_late',
    'woken',
    'note visible',
    'note quiet',
    'mediaResult visible',
    'fetchMedia visible',
  ],
];

/** Nothing waits for a provider without being in the outbox, and nothing is in the outbox that is over. */
function checkOutbox(world: World): void {
  for (const message of world.messages) {
    const waiting = message.delivery?.status === 'queued' || message.delivery?.status === 'sending';
    expect(world.outbox.has(`deliver ${message.id}`), `${message.delivery?.status} and its outbox row`).toBe(waiting);
    const fetching = message.media?.state === 'waiting';
    expect(world.outbox.has(`fetch ${message.id}`), `${message.media?.state} and its outbox row`).toBe(fetching);
  }
}
