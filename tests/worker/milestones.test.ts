import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { SLOT_MS, type MilestoneKind, type ReachedMilestone } from '../../src/lib/domain/milestone';
import type { Published } from '../../src/lib/domain/summary';
import { write } from '../../src/lib/server/db/conversations';
import { stepIndex } from '../../src/lib/server/index-check';
import { ana, anInbound } from '../fixtures/conversation';
import { aSummary, idOf, NOW } from '../fixtures/summaries';
import { aConversation, accepted, CHANNEL, openShop, provider } from './conversation-world';

beforeAll(async () => {
  await openShop();
  provider(({ messageId }) => accepted(`wamid.${messageId}`));
});
beforeEach(async () => {
  const tables = ['conversations_fts', 'conversations', 'milestone_counts'];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

const reached = (kind: MilestoneKind, version: number, fields: Partial<ReachedMilestone> = {}): ReachedMilestone => ({
  kind,
  version,
  at: NOW,
  ms: null,
  agentId: null,
  ...fields,
});

/** What has been counted, a line each. */
async function counted(): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT * FROM milestone_counts ORDER BY scope, key, slot, kind, bucket').all<{ scope: string; key: string; slot: number; kind: string; bucket: number; n: number }>(); // prettier-ignore
  return results.map(({ scope, key, kind, n }) => `${scope} ${key} ${kind} ${n}`);
}

const opened = (version: number, milestones: ReachedMilestone[], fields: Partial<Published> = {}): Published => ({
  ...aSummary({ version, ...fields }),
  milestones,
});

test('a talk is counted from its first message to its end, for its channel and for who did it', async () => {
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
  await stub.claim(ana);
  await stub.send(ana, { messageId: crypto.randomUUID(), epoch: 1, seenSeq: 99, text: 'On it', force: false });
  await stub.close(ana, 1, 'closed');
  await vi.waitFor(async () =>
    expect(await counted()).toEqual([
      'agent ana answered 1',
      'agent ana closed 1',
      `channel ${CHANNEL} answered 1`,
      `channel ${CHANNEL} closed 1`,
      `channel ${CHANNEL} opened 1`,
    ]),
  );
  // Nothing is counted again by whatever comes after.
  await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
  await runDurableObjectAlarm(stub);
  await stepIndex(env, { after: '', rebuild: true });
  await vi.waitFor(async () => expect((await counted()).filter((line) => line.includes('reopened'))).toHaveLength(1));
  expect((await counted()).every((line) => line.endsWith(' 1'))).toBe(true);
});

test('each is counted once, for its channel, its campaign and its agent, in its half hour', async () => {
  const campaign = { id: 'spring', name: 'Spring', labels: [], match: 'exact' as const };
  const row = opened(3, [reached('opened', 1), reached('answered', 3, { agentId: 'ana', ms: 1_000, at: NOW + SLOT_MS })], { campaign }); // prettier-ignore
  await write(env.DB, [row]);
  await write(env.DB, [row]);
  await write(env.DB, [row], { again: true });
  expect(await counted()).toEqual([
    'agent ana answered 1',
    'campaign spring opened 1',
    'campaign spring answered 1',
    'channel demo-whatsapp opened 1',
    'channel demo-whatsapp answered 1',
  ]);
});

test.each([
  ['a row that skips versions brings what they had', [1, 4], ['opened 1', 'closed 1']],
  ['an older row that comes late changes nothing', [4, 2], ['opened 1', 'closed 1']],
  ['what the row has not come to yet waits for the one that has', [1, 3], ['opened 1']],
])('%s', async (_, versions, expected) => {
  const all = [reached('opened', 1), reached('closed', 4)];
  for (const version of versions) await write(env.DB, [opened(version, all)]);
  expect(new Set(await counted())).toEqual(new Set(expected.map((line) => `channel demo-whatsapp ${line}`)));
});

test('two writers at once count it once', async () => {
  await write(env.DB, [opened(1, [reached('opened', 1)])]);
  const rows = Array.from({ length: 8 }, (_, n) => opened(2 + (n % 3), [reached('opened', 1), reached('closed', 2)]));
  await Promise.all(rows.map((row) => write(env.DB, [row])));
  expect(await counted()).toEqual(['channel demo-whatsapp closed 1', 'channel demo-whatsapp opened 1']);
});

test('a row that was lost and is built anew is not counted again', async () => {
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
  const lines = [`channel ${CHANNEL} opened 1`];
  await vi.waitFor(async () => expect(await counted()).toEqual(lines));
  await env.DB.prepare('DELETE FROM conversations').run();
  for (let after: string | null = ''; after !== null;) after = (await stepIndex(env, { after, rebuild: true })).next;
  expect(await env.DB.prepare('SELECT count(*) AS n FROM conversations WHERE id = ?').bind(target.id).first('n')).toBe(1);
  expect(await counted()).toEqual(lines);
});

test('a row that the hub has not written yet is counted by whoever writes it first', async () => {
  await write(env.DB, [opened(2, [reached('opened', 1)])], { again: true });
  await write(env.DB, [opened(2, [reached('opened', 1)])]);
  expect(await counted()).toEqual(['channel demo-whatsapp opened 1']);
  await write(env.DB, [opened(5, [reached('opened', 1), reached('closed', 4)])], { again: true });
  expect(await counted()).toEqual(['channel demo-whatsapp closed 1', 'channel demo-whatsapp opened 1']);
});

test('a write that fails counts nothing, and its repeat everything', async () => {
  const row = opened(1, [reached('opened', 1)]);
  const broken = { ...row, contact: { ...row.contact, name: null as never } };
  await expect(write(env.DB, [broken])).rejects.toThrow();
  expect(await counted()).toEqual([]);
  await write(env.DB, [row]);
  expect(await counted()).toEqual(['channel demo-whatsapp opened 1']);
});

/** As all writers do: when another one has come between, which fails the whole of it, it is written again. */
async function written(row: Published, again: boolean): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write(env.DB, [row], { again });
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

test('however rows come, each milestone of those that have come is counted once', async () => {
  const kinds: MilestoneKind[] = ['opened', 'answered', 'closed', 'missed', 'reopened'];
  const write1 = fc.record({ talk: fc.nat(2), version: fc.integer({ min: 1, max: 12 }), again: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(write1, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (rounds) => {
      await env.DB.batch(['conversations_fts', 'conversations', 'milestone_counts'].map((table) => env.DB.prepare(`DELETE FROM ${table}`))); // prettier-ignore
      const highest = new Map<number, number>();
      for (const round of rounds) {
        // A row that nobody has seen yet does not come from building anew.
        const known = round.map((one) => ({ ...one, again: one.again && highest.has(one.talk) }));
        await Promise.all(
          known.map(({ talk, version, again }) => {
            const milestones = Array.from({ length: 12 }, (_, n) => reached(kinds[(n + talk) % 5] ?? 'opened', n + 1));
            return written(opened(version, milestones, { id: idOf(talk), lastInboundAt: NOW - talk }), again);
          }),
        );
        for (const { talk, version } of known) highest.set(talk, Math.max(version, highest.get(talk) ?? 0));
      }
      const expected = new Map<string, number>();
      for (const [talk, version] of highest) {
        for (let n = 0; n < version; n += 1) {
          const kind = kinds[(n + talk) % 5] ?? '';
          expected.set(kind, (expected.get(kind) ?? 0) + 1);
        }
      }
      const lines = [...expected].map(([kind, n]) => `channel demo-whatsapp ${kind} ${n}`);
      expect(new Set(await counted())).toEqual(new Set(lines));
    }),
    { numRuns: 40 },
  );
});
