import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TRPCClientError } from '@trpc/client';
import type { Summary } from '../../src/lib/domain/summary';
import { Profile } from '../../src/lib/people/profile.svelte';

type Detail = { person: { name: string }; addresses: unknown[]; conversations: Summary[]; campaigns: unknown[] };
type Call = { answer: (detail: Detail) => void; fail: (error: Error) => void };

// Outside the Svelte compiler a rune is nothing but its value; what the profile does, not how it is drawn, is looked at here.
const { calls, api } = vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
  const calls: Call[] = [];
  const get = { query: () => new Promise((answer, fail) => calls.push({ answer, fail })) };
  return { calls, api: { people: { get } } };
});
vi.mock('../../src/lib/inbox/api', () => ({ api }));

const aRow = (id: string, version = 1, address = `1202555${id}`): Summary => ({
  id,
  version,
  contact: { id: `contact-${id}`, name: 'Nia', address },
  channel: { id: 'shop', provider: 'whatsapp' },
  campaign: null,
  ticketStatus: 'new',
  ticketChangedAt: 1,
  snoozedUntil: null,
  snoozedBy: null,
  tab: 'active',
  lastMessage: { text: `text ${version}`, direction: 'inbound', at: 1 },
  lastInboundAt: 1,
  activeUntil: 2,
  sendWindowUntil: null,
  unread: 0,
  unanswered: true,
  lock: null,
});
const aDetail = (conversations: Summary[], name = 'Nia'): Detail => ({
  person: { name },
  addresses: [{ channelId: 'shop', address: '12025550199', conversationId: null }],
  conversations,
  campaigns: [],
});

async function answer(index: number, detail: Detail): Promise<void> {
  calls[index]?.answer(detail);
  await vi.advanceTimersByTimeAsync(0);
}
async function fail(index: number, httpStatus = 500): Promise<void> {
  const result = { error: { message: 'no', code: 0, data: { httpStatus } } };
  calls[index]?.fail(TRPCClientError.from(result));
  await vi.advanceTimersByTimeAsync(0);
}
async function aProfile(...conversations: Summary[]): Promise<Profile> {
  const profile = new Profile('nia');
  void profile.load();
  await answer(0, aDetail(conversations));
  return profile;
}
const shown = (profile: Profile): string | undefined =>
  profile.detail?.conversations.map(({ id, version }) => `${id}.${version}`).join(' ');

beforeEach(() => {
  calls.length = 0;
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => void vi.useRealTimers());

test('what happens in a conversation of theirs is looked at soon, and once more; what happens to others is not', async () => {
  const profile = await aProfile(aRow('a'));
  profile.heard([aRow('z', 9)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(calls).toHaveLength(1);
  profile.heard([aRow('z', 9), aRow('a', 2)]);
  profile.heard([aRow('a', 2)]);
  await vi.advanceTimersByTimeAsync(500);
  expect(calls).toHaveLength(2);
  await answer(1, aDetail([aRow('a', 1)], 'too early'));
  expect(shown(profile), 'what was heard is newer than what was read').toBe('a.2');
  await vi.advanceTimersByTimeAsync(1_000);
  await answer(2, aDetail([aRow('a', 2)], 'Nia Rao'));
  expect([profile.detail?.person.name, shown(profile)]).toEqual(['Nia Rao', 'a.2']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(3);
});

test('however much happens, one look waits for the other, and one comes after the last', async () => {
  const profile = await aProfile(aRow('a'));
  for (let version = 2; version < 42; version++) {
    profile.heard([aRow('a', version)]);
    await vi.advanceTimersByTimeAsync(250);
  }
  expect(calls).toHaveLength(2);
  await answer(1, aDetail([aRow('a', 3)]));
  // The look took ten seconds, so the next one leaves the database thirty.
  await vi.advanceTimersByTimeAsync(31_000);
  expect(calls).toHaveLength(3);
});

test('the first message at an address of theirs is theirs, and stands above what was there, which stays in its place', async () => {
  const profile = await aProfile(aRow('a'), aRow('b'));
  profile.heard([aRow('c', 1, '+12025550199')]);
  await vi.advanceTimersByTimeAsync(500);
  await answer(1, aDetail([aRow('b', 2), aRow('c'), aRow('a')]));
  expect(shown(profile)).toBe('c.1 a.1 b.2');
});

test('what happens before the person is here is looked at then, if it is theirs', async () => {
  const profile = new Profile('nia');
  void profile.load();
  profile.heard([aRow('z', 9)]);
  profile.heard([aRow('a', 5)]);
  await answer(0, aDetail([aRow('a', 4)]));
  expect(shown(profile)).toBe('a.5');
  await vi.advanceTimersByTimeAsync(500);
  expect(calls).toHaveLength(2);

  const other = new Profile('ben');
  void other.load();
  other.heard([aRow('z', 9)]);
  await answer(2, aDetail([aRow('b')]));
  other.stop();
  profile.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(3);
});

test('a look that fails keeps the person and says that it may be old, until one does not', async () => {
  const profile = await aProfile(aRow('a'));
  profile.look();
  await vi.advanceTimersByTimeAsync(500);
  await fail(1);
  expect([profile.state, profile.isStale, shown(profile)]).toEqual(['ready', true, 'a.1']);
  await vi.advanceTimersByTimeAsync(1_000);
  await answer(2, aDetail([aRow('a', 2)]));
  expect([profile.isStale, shown(profile)]).toEqual([false, 'a.2']);
});

test('somebody who is erased is not shown any more', async () => {
  const profile = await aProfile(aRow('a'));
  profile.erased(['z']);
  profile.erased(['a']);
  await vi.advanceTimersByTimeAsync(500);
  expect(calls).toHaveLength(2);
  await fail(1, 404);
  expect([profile.state, profile.detail, profile.isStale]).toEqual(['missing', null, false]);
});

test('an answer that was overtaken, or comes after the page was left, changes nothing', async () => {
  const profile = await aProfile(aRow('a'));
  void profile.load();
  void profile.load();
  await answer(2, aDetail([aRow('a', 3)], 'newer'));
  await answer(1, aDetail([aRow('a', 2)], 'older'));
  expect(profile.detail?.person.name).toBe('newer');
  void profile.load();
  profile.stop();
  await answer(3, aDetail([aRow('a', 4)], 'late'));
  expect(profile.detail?.person.name).toBe('newer');
});
