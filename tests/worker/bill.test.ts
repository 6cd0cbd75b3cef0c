import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Published, Summary } from '../../src/lib/domain/summary';
import type { TicketStatus } from '../../src/lib/domain/ticket';
import type { AuditEntry } from '../../src/lib/server/db/audit';
import * as conversations from '../../src/lib/server/db/conversations';
import type { Conversation } from '../../workers/conversation/conversation';
import { ana, anInbound, aReceipt } from '../fixtures/conversation';
import { recorded } from '../fixtures/recorded-d1';
import { aSummary, idOf } from '../fixtures/summaries';
import { accepted, aConversation, onDisk, openShop, provider } from './conversation-world';

/** List prices in dollars per million: rows written (D1 and objects alike), rows read, requests of objects and of the Worker. */
const price = { written: 1, read: 0.001, objectRequest: 0.15, workerRequest: 0.3 };
/** Dollars per million messages for processor and duration: 3 ms of the Worker, 25 ms of objects at 128 MB. */
const TIME = 0.06 + 0.04;

const realHub = env.INBOX;

beforeAll(async () => {
  await openShop();
  provider(({ messageId }) => accepted(`wamid.${messageId}`));
  await onDisk((await aConversation()).stub);
});
afterEach(() => {
  Object.assign(env, { INBOX: realHub });
  vi.useRealTimers();
});

/** Rows that the object writes for an act and all that follows from it until the alarm rings; the alarm itself aside. */
async function rowsOf(stub: DurableObjectStub<Conversation>, act: (object: Conversation) => unknown): Promise<number> {
  return runInDurableObject(stub, async (object, { storage }) => {
    const exec = storage.sql.exec.bind(storage.sql);
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    const spy = vi.spyOn(storage.sql, 'exec').mockImplementation((query: string, ...bindings: unknown[]) => {
      const cursor = exec(query, ...bindings);
      cursors.push(cursor);
      return cursor;
    });
    await act(object);
    const isSettled = () => {
      const [left] = exec<{ n: number }>('SELECT count(*) n FROM outbox').toArray();
      return object.row()?.isTaken === true && left?.n === 0;
    };
    await vi.waitFor(() => expect(isSettled()).toBe(true), { timeout: 10_000, interval: 20 });
    spy.mockRestore();
    return cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
  });
}

/** Rows that the read model writes and reads for a change of a known row. */
async function readModelRowsOf(after: Partial<Published>): Promise<{ written: number; read: number }> {
  const id = idOf(Math.floor(Math.random() * 1e9));
  const { d1, ran } = recorded(env.DB);
  await conversations.write(env.DB, [aSummary({ id })]);
  await conversations.write(d1, [{ ...aSummary({ id, version: 2 }), ...after }]);
  const sum = (key: 'rowsWritten' | 'rowsRead') => ran.reduce((total, statement) => total + statement[key], 0);
  return { written: sum('rowsWritten'), read: sum('rowsRead') };
}

test('what is written for each act, and what a million messages cost at most', async () => {
  const { target, stub } = await aConversation();
  const inbound = (text: string) => anInbound({ eventId: crypto.randomUUID(), text });
  const hear = (text: string) => (object: Conversation) => object.receive(target, [inbound(text)]);
  const first = await rowsOf(stub, hear('Hello'));
  const next = await rowsOf(stub, hear('Are you there?'));
  const claim = await rowsOf(stub, (object) => object.claim(ana));
  const send = await rowsOf(stub, (object) =>
    object.send(ana, { messageId: crypto.randomUUID(), epoch: 1, seenSeq: 99, text: 'On it', force: false }),
  );
  const { messages } = await onDisk(stub);
  const providerMessageId = messages.at(-1)?.providerMessageId ?? '';
  const receipt = await rowsOf(stub, (object) => object.receive(target, [aReceipt({ providerMessageId, status: 'read' })]));
  const known = aSummary();
  const moved = await readModelRowsOf({ lastInboundAt: known.lastInboundAt + 1_000 });
  const unmoved = await readModelRowsOf({ ticketStatus: 'closed' });
  const campaign = { id: 'spring', name: 'Spring', labels: [], match: 'exact' as const };
  const answered = { kind: 'answered', at: known.lastInboundAt, ms: 1_000, agentId: ana.id } as const;
  const firstAnswer = await readModelRowsOf({ campaign, milestones: [{ ...answered, version: 2 }] });
  const later = await readModelRowsOf({ campaign, milestones: [{ ...answered, version: 1 }] });
  const bytes = await runInDurableObject(stub, (_, { storage }) => storage.sql.databaseSize);
  expect(bytes).toBeLessThanOrEqual(65_536);

  // Ceilings that docs/scale.md counts with: who raises one raises the bill, and says so there.
  // Its tables among them.
  expect(first).toBeLessThanOrEqual(12);
  expect(next).toBeLessThanOrEqual(2);
  expect(claim).toBeLessThanOrEqual(2);
  expect(send).toBeLessThanOrEqual(10);
  expect(receipt).toBeLessThanOrEqual(3);
  expect(moved.written).toBeLessThanOrEqual(5);
  expect(unmoved.written).toBeLessThanOrEqual(3);
  // What has been counted costs nothing more.
  expect(firstAnswer.written - later.written).toBe(3);
  // The webhook, the object and the hub are asked once for each.
  const dollars =
    (next + moved.written) * price.written + moved.read * price.read + price.workerRequest + 2 * price.objectRequest + TIME;
  // The benchmark prints this line.
  console.info(
    `A million inbound messages cost $${dollars.toFixed(2)}: ${next} rows of the object and ${moved.written} of D1 each`,
  );
  expect(dollars).toBeLessThanOrEqual(8);
});

test('the same delivery again writes nothing', async () => {
  const { target, stub } = await aConversation();
  const event = anInbound({ eventId: crypto.randomUUID() });
  await rowsOf(stub, (object) => object.receive(target, [event]));
  expect(await rowsOf(stub, (object) => object.receive(target, [event]))).toBe(0);
});

test('a message of somebody known sets no alarm, what agents do in a moment sets one', async () => {
  const { target, stub } = await aConversation();
  const hear = () => rowsOf(stub, (object) => object.receive(target, [anInbound({ eventId: crypto.randomUUID() })]));
  const set = (status: TicketStatus) => rowsOf(stub, (object) => object.setTicketStatus(ana, status));
  await hear();
  await runDurableObjectAlarm(stub);
  const sets = await runInDurableObject(stub, (_, { storage }) => vi.spyOn(storage, 'setAlarm'));
  for (let n = 0; n < 4; n += 1) await hear();
  expect(sets).not.toHaveBeenCalled();
  for (const status of ['pending', 'closed', 'new'] as const) await set(status);
  expect(sets).toHaveBeenCalledTimes(1);
});

test('what died before the hub had it is published when the alarm rings; what the hub has, or may have, is not', async () => {
  const { target, stub } = await aConversation();
  await rowsOf(stub, (object) => object.receive(target, [anInbound({ eventId: crypto.randomUUID() })]));
  let n = 0;
  const act = () => rowsOf(stub, (object) => object.setTicketStatus(ana, (n += 1) % 2 === 0 ? 'pending' : 'closed'));
  await act();
  const hub = () => realHub.get(realHub.idFromName('inbox'));
  const publish = vi.fn((summary: Summary) => hub().publish(summary));
  // Objects of tests before may still be at work.
  const taking = (summary: Summary) => (summary.id === target.id ? publish(summary) : hub().publish(summary));
  const record = (entry: AuditEntry) => hub().record(entry);
  Object.assign(env, { INBOX: { idFromName: () => realHub.idFromName('inbox'), get: () => ({ publish: taking, record }) } });
  const rowsOfRing = () => rowsOf(stub, (object) => object.alarm());
  expect(await rowsOfRing()).toBe(0);
  expect(publish).not.toHaveBeenCalled();

  await act();
  publish.mockClear();
  await evictDurableObject(stub);
  // Nobody knows, so nobody says that it is; but only the alarm looks.
  expect(await stub.row()).toMatchObject({ isTaken: false });
  expect(publish).not.toHaveBeenCalled();
  await runDurableObjectAlarm(stub);
  await vi.waitFor(async () => expect(await stub.row()).toMatchObject({ isTaken: true }));
  expect(publish).toHaveBeenCalledTimes(1);

  // Also when nobody has looked before.
  await act();
  publish.mockClear();
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  await vi.waitFor(() => expect(publish).toHaveBeenCalledTimes(1));

  // Its next alarm is at an edge: all that came before is done.
  await evictDurableObject(stub);
  expect(await stub.row()).toMatchObject({ isTaken: true });
  expect(publish).toHaveBeenCalledTimes(1);
});
