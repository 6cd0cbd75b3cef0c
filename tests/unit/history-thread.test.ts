import { beforeEach, expect, test, vi } from 'vitest';
import { TRPCClientError } from '@trpc/client';
import { HistoryThread } from '../../src/lib/people/history-thread.svelte';

type Answer = { conversation: { version: number }; messages: { seq: number; version: number }[]; hasMore: boolean; seq: number };
type Call = { beforeSeq: number | null; answer: (loaded: Answer) => void; fail: (error: Error) => void };

// Outside the Svelte compiler a rune is nothing but its value; what the thread does, not how it is drawn, is looked at here.
const { calls, api } = vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
  const calls: Call[] = [];
  const asked = ({ beforeSeq = null }: { beforeSeq?: number | null }) =>
    new Promise((answer, fail) => calls.push({ beforeSeq, answer, fail }));
  return { calls, api: { conversations: { get: { query: asked }, messages: { query: asked } } } };
});
vi.mock('../../src/lib/inbox/api', () => ({ api }));

const settled = () => new Promise((wake) => setTimeout(wake));
async function answer(index: number, version: number, from: number, to: number, changed: Record<number, number> = {}) {
  const messages = Array.from({ length: to - from + 1 }, (_, i) => ({ seq: from + i, version: changed[from + i] ?? 1 }));
  calls[index]?.answer({ conversation: { version }, messages, hasMore: from > 1, seq: to });
  await settled();
}
async function fail(index: number, httpStatus = 500): Promise<void> {
  calls[index]?.fail(TRPCClientError.from({ error: { message: 'no', code: 0, data: { httpStatus } } }));
  await settled();
}
async function aThread(from: number, to: number): Promise<HistoryThread> {
  const thread = new HistoryThread('one');
  void thread.load();
  await answer(0, 10, from, to);
  return thread;
}
const seqs = (thread: HistoryThread): string => thread.messages.map(({ seq }) => seq).join(' ');

beforeEach(() => void (calls.length = 0));

test('what has been said since comes in below, and what has changed where it stands', async () => {
  const thread = await aThread(1, 3);
  void thread.catchUp(10);
  expect(calls, 'what is here is not asked for again').toHaveLength(1);
  void thread.catchUp(12);
  await answer(1, 12, 2, 4, { 3: 2 });
  expect([thread.state, seqs(thread), thread.messages[2]?.version, thread.hasMore]).toEqual(['ready', '1 2 3 4', 2, false]);
  void thread.catchUp(12);
  expect(calls).toHaveLength(2);
});

test('while it is asked, what happens waits for one more answer', async () => {
  const thread = await aThread(1, 3);
  void thread.catchUp(11);
  void thread.catchUp(12);
  void thread.catchUp(13);
  expect(calls).toHaveLength(2);
  await answer(1, 11, 1, 4);
  expect(calls).toHaveLength(3);
  await answer(2, 13, 1, 6);
  expect([calls.length, seqs(thread)]).toEqual([3, '1 2 3 4 5 6']);
});

test('more than a page of it starts over, so that no hole stays', async () => {
  const thread = await aThread(5, 8);
  void thread.catchUp(90);
  await answer(1, 90, 60, 62);
  expect([seqs(thread), thread.hasMore]).toEqual(['60 61 62', true]);
});

test('earlier pages that were opened stay, and one that is on its way loses nothing that came meanwhile', async () => {
  const thread = await aThread(5, 6);
  void thread.older();
  void thread.catchUp(11);
  await answer(2, 11, 5, 7);
  await answer(1, 0, 3, 4);
  expect([seqs(thread), thread.hasMore]).toEqual(['3 4 5 6 7', true]);
  void thread.older();
  void thread.catchUp(90);
  await answer(4, 90, 60, 61);
  await answer(3, 0, 1, 2);
  expect(seqs(thread), 'it is not what stands before these').toBe('60 61');
});

test('what happens before it is here is asked for then', async () => {
  const thread = new HistoryThread('one');
  void thread.catchUp(11);
  void thread.load();
  void thread.catchUp(12);
  expect(calls).toHaveLength(1);
  await answer(0, 11, 1, 3);
  expect(calls).toHaveLength(2);
  await answer(1, 12, 1, 4);
  expect(seqs(thread)).toBe('1 2 3 4');
});

test('a failure keeps what is here and is not repeated by itself; what is gone is said to be', async () => {
  const thread = await aThread(1, 3);
  void thread.catchUp(11);
  await fail(1);
  expect([calls.length, thread.state, seqs(thread)]).toEqual([2, 'ready', '1 2 3']);
  void thread.catchUp(11);
  await fail(2, 404);
  expect(thread.state).toBe('missing');
});
