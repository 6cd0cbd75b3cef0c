import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { ListQuery } from '../../src/lib/domain/list';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import { stepIndex } from '../../src/lib/server/index-check';
import { policyOf } from '../../workers/env';
import { ana, anInbound, ben, DAY, HOUR } from '../fixtures/conversation';
import { accepted, aConversation, onDisk, openShop, provider, watch } from './conversation-world';

beforeAll(async () => {
  await openShop();
  provider(({ messageId }) => accepted(`wamid.${messageId}`));
  await onDisk((await aConversation()).stub);
});
afterEach(() => void vi.useRealTimers());

const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 10_000, interval: 20 });

/** One that Ana has set aside for so long, and that the list has. */
async function aSnoozed(forMs = HOUR) {
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
  const until = Date.now() + forMs;
  expect(await stub.snooze(ana, until)).toMatchObject({ ok: true, value: { previous: 'new', ticketStatus: 'pending' } });
  await eventually(async () => expect((await stub.row())?.isTaken).toBe(true));
  return { target, stub, until };
}
type Snoozed = Awaited<ReturnType<typeof aSnoozed>>;

const alarmOf = ({ stub }: Snoozed) => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
const lines = async ({ stub }: Snoozed) =>
  (await onDisk(stub)).messages.flatMap(({ activity, text }) => (activity ? [text] : []));
const rowIn = async ({ target }: Snoozed) =>
  (await conversations.find(database(env.DB), [target.id], { now: Date.now(), policy: policyOf(env) }))[0];
const found = async (snoozed: boolean) => {
  const query = ListQuery.parse({ tab: 'active', snoozed, limit: 100 });
  const { items } = await conversations.list(database(env.DB), query, { now: Date.now(), policy: policyOf(env), userId: 'ana' });
  return items.map(({ id }) => id);
};

test('the list has it as snoozed with the one row it would write anyway, and the filter finds it while it is', async () => {
  const talk = await aSnoozed();
  await eventually(async () => expect(await rowIn(talk)).toMatchObject({ ticketStatus: 'pending', snoozedUntil: talk.until, snoozedBy: 'ana' })); // prettier-ignore
  expect(await found(true)).toContain(talk.target.id);
  await talk.stub.setTicketStatus(ana, 'pending');
  await eventually(async () => expect(await rowIn(talk)).toMatchObject({ ticketStatus: 'pending', snoozedUntil: null, snoozedBy: null })); // prettier-ignore
  expect(await found(true)).not.toContain(talk.target.id);
  expect(await found(false)).toContain(talk.target.id);
});

test('its alarm wakes it: an open dashboard and the list are told by themselves, once however often it rings', async () => {
  const talk = await aSnoozed();
  const { frames } = await watch(talk.stub, ben, (await onDisk(talk.stub)).conversation?.version);
  const { version = 0 } = (await onDisk(talk.stub)).conversation ?? {};
  // The one that looks whether the list has it comes first; then it is set to the moment itself.
  await runDurableObjectAlarm(talk.stub);
  expect(await alarmOf(talk)).toBe(talk.until);

  vi.setSystemTime(talk.until);
  await runDurableObjectAlarm(talk.stub);
  const woken = { ticketStatus: 'new', snoozedUntil: null, snoozedBy: 'ana', version: version + 1 };
  await eventually(() => expect(frames.findLast(({ type }) => type === 'change')).toMatchObject({ version: version + 1, conversation: woken, messages: [{ activity: { type: 'woken', by: { id: 'ana', name: 'Ana Lima' } } }] })); // prettier-ignore
  await eventually(async () => expect(await rowIn(talk)).toMatchObject(woken));
  await runInDurableObject(talk.stub, (object) => object.alarm());
  await runInDurableObject(talk.stub, (object) => object.alarm());
  expect(await lines(talk)).toEqual(['Ana Lima snoozed the conversation', 'Snooze ended · ticket is New']);
  expect((await rowIn(talk))?.version).toBe(version + 1);
});

test('a restart forgets nothing: the next life has the alarm, and one that begins after the moment rings at once', async () => {
  const talk = await aSnoozed();
  await evictDurableObject(talk.stub);
  expect((await onDisk(talk.stub)).conversation?.snooze).toMatchObject({ until: talk.until });
  await runDurableObjectAlarm(talk.stub);
  await evictDurableObject(talk.stub);
  expect(await alarmOf(talk)).toBe(talk.until);
  vi.setSystemTime(talk.until + HOUR);
  await evictDurableObject(talk.stub);
  expect(await runDurableObjectAlarm(talk.stub)).toBe(true);
  await eventually(async () => expect(await rowIn(talk)).toMatchObject({ ticketStatus: 'new' }));
});

test('who opens it before a late alarm finds it New, and the alarm finds nothing to do', async () => {
  const talk = await aSnoozed();
  vi.setSystemTime(talk.until + 1);
  expect(await talk.stub.get()).toMatchObject({ ok: true, value: { conversation: { ticketStatus: 'new', snoozedUntil: null } } });
  await runDurableObjectAlarm(talk.stub);
  expect((await lines(talk)).filter((line) => line.startsWith('Snooze ended'))).toHaveLength(1);
});

test('a message of the customer brings it back before, and the alarm does nothing more', async () => {
  const talk = await aSnoozed();
  await talk.stub.receive(talk.target, [anInbound({ eventId: crypto.randomUUID(), text: 'Hello?' })]);
  await eventually(async () => expect(await rowIn(talk)).toMatchObject({ ticketStatus: 'new', snoozedUntil: null, snoozedBy: null })); // prettier-ignore
  vi.setSystemTime(talk.until);
  await runDurableObjectAlarm(talk.stub);
  expect(await lines(talk)).toEqual(['Ana Lima snoozed the conversation', 'Reply received · ticket is New']);
});

test('what was erased does not wake', async () => {
  const talk = await aSnoozed();
  await talk.stub.erase(Date.now());
  vi.setSystemTime(talk.until);
  await runDurableObjectAlarm(talk.stub);
  expect(await talk.stub.get()).toMatchObject({ ok: false, error: { reason: 'not_found' } });
});

test('a colleague’s conversation is refused, a moment that makes no sense as well, and the holder gives it back with it', async () => {
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
  const claim = await stub.claim(ana);
  const epoch = claim.ok && claim.value.granted ? claim.value.epoch : -1;
  const soon = Date.now() + HOUR;
  expect(await stub.snooze(ben, soon)).toMatchObject({ error: { reason: 'locked', lock: { agentId: 'ana' } } });
  expect(await stub.snooze(ana, Date.now() - 1, epoch)).toMatchObject({ error: { reason: 'snooze_past' } });
  expect(await stub.snooze(ana, Date.now() + 15 * DAY, epoch)).toMatchObject({ error: { reason: 'snooze_too_late' } });
  expect((await onDisk(stub)).conversation).toMatchObject({ ticketStatus: 'new', lock: { agentId: 'ana' } });
  expect(await stub.snooze(ana, soon, epoch)).toMatchObject({ ok: true });
  expect((await onDisk(stub)).conversation).toMatchObject({ ticketStatus: 'pending', lock: null });
});

test('building the index anew finds nothing wrong with it, and puts right what is', async () => {
  const talk = await aSnoozed();
  await eventually(async () => expect((await rowIn(talk))?.snoozedUntil).toBe(talk.until));
  await eventually(async () => expect((await stepIndex(env, { after: '', rebuild: false })).differences).toMatchObject({ row: 0, entry: 0 })); // prettier-ignore
  await env.DB.prepare('UPDATE conversations SET snoozed_until = NULL, snoozed_by = NULL WHERE id = ?')
    .bind(talk.target.id)
    .run();
  expect((await stepIndex(env, { after: '', rebuild: false })).differences).toMatchObject({ row: 1 });
  await stepIndex(env, { after: '', rebuild: true });
  expect(await rowIn(talk)).toMatchObject({ snoozedUntil: talk.until, snoozedBy: 'ana' });
});

test('a row that comes from an object of the version before is written as one that nobody has snoozed', async () => {
  const talk = await aSnoozed();
  const row = await rowIn(talk);
  if (!row) throw new Error('no row');
  const { snoozedUntil: _, snoozedBy: __, ...old } = row;
  // @ts-expect-error: such a row has neither
  await conversations.write(env.DB, [{ ...old, version: old.version + 1 }]);
  expect(await rowIn(talk)).toMatchObject({ snoozedUntil: null, snoozedBy: null });
  expect(await found(true)).not.toContain(talk.target.id);
});
