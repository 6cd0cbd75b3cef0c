import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { TicketAnswer, TicketWish } from '../../src/lib/domain/ticket-changes';
import type { TicketStatus } from '../../src/lib/domain/ticket';
import type { ListPage } from '../../src/lib/inbox/list-source';
import { TicketActs, type TicketNotice } from '../../src/lib/inbox/ticket-acts.svelte';
import { TicketRun } from '../../src/lib/inbox/ticket-run';
import { counted, noneYet, seenTo, tallyWords } from '../../src/lib/inbox/ticket-tally';
import { walkMatching, walkThrough } from '../../src/lib/inbox/ticket-walk';
import { aSummary } from '../fixtures/summaries';

// Outside the Svelte compiler a rune is nothing but its value.
vi.hoisted(() => {
  const rune = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(rune, { raw: rune }) });
});

const lock = { agentId: 'ben', agentName: 'Ben Okafor', since: 1 };

/** A server with tickets: who is held stays as it is, and calls fail as they are told to. */
class Tickets {
  readonly status = new Map<string, TicketStatus>();
  readonly seq = new Map<string, number>();
  readonly held = new Set<string>();
  readonly calls: number[] = [];
  fails = 0;
  out = new Map<string, number>();

  constructor(n: number) {
    for (let i = 0; i < n; i += 1) this.status.set(`c${String(i).padStart(4, '0')}`, 'new');
  }

  get ids(): string[] {
    return [...this.status.keys()];
  }

  readonly set = (wishes: TicketWish[]): Promise<TicketAnswer[]> => {
    this.calls.push(wishes.length);
    if (this.fails > 0) {
      this.fails -= 1;
      return Promise.reject(new Error('no network'));
    }
    return Promise.resolve(wishes.map((wish) => this.#one(wish)));
  };

  #one({ id, ticketStatus, since }: TicketWish): TicketAnswer {
    const out = this.out.get(id) ?? 0;
    if (out > 0) {
      this.out.set(id, out - 1);
      return { id, done: false, reason: 'unavailable', retryAfterMs: 1 };
    }
    const previous = this.status.get(id);
    if (previous === undefined) return { id, done: false, reason: 'not_found' };
    if (this.held.has(id)) return { id, done: false, reason: 'locked', lock };
    const seq = this.seq.get(id) ?? 0;
    if (previous === ticketStatus) return { id, done: true, previous, snoozedUntil: null, ticketStatus, seq };
    if (since !== undefined && since !== seq) return { id, done: false, reason: 'gone_on' };
    this.status.set(id, ticketStatus);
    this.seq.set(id, seq + 1);
    return { id, done: true, previous, snoozedUntil: null, ticketStatus, seq: seq + 1 };
  }

  /** What is New, a page after the other, as the list has it. */
  readonly list = ({ cursor, limit }: { cursor?: string; limit: number }): Promise<ListPage> => {
    const rows = this.ids.filter((id) => this.status.get(id) === 'new' && id > (cursor ?? ''));
    const items = rows.slice(0, limit).map((id) => aSummary({ id, ticketStatus: 'new' }));
    return Promise.resolve({ items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null });
  };
}

const wait = (): Promise<void> => Promise.resolve();
const close = (ids: readonly string[]): TicketWish[] => ids.map((id) => ({ id, ticketStatus: 'closed' }));
const VIEW = { tab: 'active', sort: 'oldest', ticketStatuses: ['new'] } as const;
const view = { ...VIEW, ticketStatuses: [...VIEW.ticketStatuses] };

describe('a run', () => {
  const runOf = (server: Tickets, walk = walkThrough(close(server.ids)), onprogress = (_: number): void => undefined) =>
    new TicketRun(walk, { set: server.set, wait, onprogress });

  test('sets each once, fifty at a time, and says how far it is', async () => {
    const server = new Tickets(120);
    const progress: number[] = [];
    const run = runOf(server, undefined, (n) => progress.push(n));
    expect(await run.go()).toBe('done');
    expect(server.calls).toEqual([50, 50, 20]);
    expect(progress).toEqual([50, 100, 120]);
    expect(new Set(run.tally.undo.map(({ id }) => id)).size).toBe(120);
  });

  test('over all that match a filter which they leave meanwhile meets each once and skips none, newest first', async () => {
    const server = new Tickets(230);
    const asked: unknown[] = [];
    const list: typeof server.list = (query) => {
      asked.push(query);
      return server.list(query);
    };
    const run = runOf(server, walkMatching(view, 'closed', list));
    expect(await run.go()).toBe('done');
    expect([...server.status.values()].every((status) => status === 'closed')).toBe(true);
    expect(server.calls.reduce((sum, n) => sum + n)).toBe(230);
    expect(asked[0]).toMatchObject({ sort: 'latest', ticketStatuses: ['new'], limit: 50 });
  });

  test('passes over what is that already, and over a row that comes up twice', async () => {
    const server = new Tickets(2);
    const [first = '', second = ''] = server.ids;
    const pages: ListPage[] = [
      { items: [aSummary({ id: first }), aSummary({ id: second, ticketStatus: 'closed' })], nextCursor: 'r1' },
      { items: [aSummary({ id: first })], nextCursor: null },
    ];
    const run = runOf(server, walkMatching({ tab: 'active', sort: 'latest' }, 'closed', () => Promise.resolve(pages.shift() ?? { items: [], nextCursor: null }))); // prettier-ignore
    await run.go();
    expect(server.calls).toEqual([1]);
    expect(run.tally).toMatchObject({ same: 1, undo: [{ id: first }] });
  });

  test('goes on by itself after a call that failed, and by hand after more', async () => {
    const server = new Tickets(60);
    server.fails = 2;
    const run = runOf(server);
    expect(await run.go()).toBe('done');
    expect(run.tally.undo).toHaveLength(60);

    const other = new Tickets(60);
    const second = runOf(other);
    other.fails = 4;
    expect(await second.go()).toBe('failed');
    expect(await second.go()).toBe('done');
    expect(second.tally.undo).toHaveLength(60);
  });

  test('goes on with the very page whose reading failed', async () => {
    const server = new Tickets(110);
    let n = 0;
    const list: typeof server.list = (query) => ((n += 1) === 2 ? Promise.reject(new Error('no network')) : server.list(query));
    const run = runOf(server, walkMatching(view, 'closed', list));
    expect(await run.go()).toBe('done');
    expect(run.tally.undo).toHaveLength(110);
  });

  test('tries again what could not be reached, that alone, and then does without it', async () => {
    const server = new Tickets(60);
    server.out = new Map([['c0001', 1], ['c0002', 99]]); // prettier-ignore
    const run = runOf(server);
    expect(await run.go()).toBe('done');
    expect(server.calls).toEqual([50, 2, 1, 1, 10]);
    expect(run.tally).toMatchObject({ failed: 1 });
    expect(run.tally.undo).toHaveLength(59);
    expect(seenTo(run.tally)).toBe(60);
  });

  test('that is stopped begins no further call', async () => {
    const server = new Tickets(120);
    const run: TicketRun = runOf(server, undefined, () => run.stop());
    expect(await run.go()).toBe('stopped');
    expect(server.calls).toEqual([50]);
  });
});

describe('the end in words', () => {
  const undo = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `c${i}`, ticketStatus: 'new' as const }));
  test.each([
    [{ undo: undo(48), held: 2 }, 'closed' as const, '48 closed. 2 are held by colleagues and were left alone.'],
    [{ undo: undo(1), held: 1, same: 1 }, 'pending' as const, '1 set to Pending. 1 is held by a colleague and was left alone. 1 was Pending already.'], // prettier-ignore
    [{ missing: 2 }, 'new' as const, 'Nothing changed. 2 are not there any more.'],
    [{ undo: undo(3), goneOn: 2 }, null, '3 set back. 2 have gone on meanwhile and were left alone.'],
    [{ failed: 1 }, null, 'Nothing changed. 1 could not be reached. Try it again.'],
  ])('%#', (tally, to, words) => {
    expect(tallyWords({ ...noneYet, ...tally }, to)).toBe(words);
  });

  test('what was that already is nothing to take back', () => {
    const answers: TicketAnswer[] = [
      { id: 'a', done: true, previous: 'closed', snoozedUntil: null, ticketStatus: 'closed', seq: 3 },
    ];
    expect(counted(noneYet, answers, new Map([['a', { id: 'a', ticketStatus: 'closed' as const }]]))).toEqual({
      ...noneYet,
      same: 1,
    });
    expect(noneYet.undo).toEqual([]);
  });

  test('a snooze that is taken back from what was Pending has changed something', () => {
    const answers: TicketAnswer[] = [
      { id: 'a', done: true, previous: 'pending', snoozedUntil: 9, ticketStatus: 'pending', seq: 3 },
    ];
    const counts = (since?: number) =>
      counted(noneYet, answers, new Map([['a', { id: 'a', ticketStatus: 'pending' as const, since }]]));
    expect([counts(2).undo.length, counts(2).same]).toEqual([1, 0]);
    expect([counts().undo.length, counts().same], 'one of many that become Pending').toEqual([0, 1]);
  });
});

describe('undo', () => {
  let said: TicketNotice[] = [];
  let shown: string[] = [];
  let now = 0;
  const actsOn = (server: Tickets) =>
    new TicketActs({ set: server.set, wait, say: (notice) => said.push(notice), show: (id) => shown.push(id), now: () => now });
  const settled = () => vi.waitFor(() => expect(said.at(-1)?.kind).toBe('success'));
  beforeEach(() => {
    said = [];
    shown = [];
    now = 0;
  });

  test('sets each back to what it was, and is offered once', async () => {
    const server = new Tickets(3);
    server.status.set('c0001', 'pending');
    server.held.add('c0002');
    const acts = actsOn(server);
    await acts.set(server.ids, 'closed');
    expect(said.at(-1)).toMatchObject({
      text: '2 closed. 1 is held by a colleague and was left alone.',
      action: { label: 'Undo' },
    });
    expect(acts.undoable).toBe('2 closed. 1 is held by a colleague and was left alone.');
    acts.undo();
    await settled();
    await vi.waitFor(() => expect(said.at(-1)?.text).toBe('2 set back.'));
    expect([...server.status.values()]).toEqual(['new', 'pending', 'new']);
    expect(acts.undoable).toBeNull();
    expect(shown, 'nobody was in one of them').toEqual([]);
  });

  test('leaves alone what has gone on meanwhile', async () => {
    const server = new Tickets(2);
    const acts = actsOn(server);
    await acts.set(server.ids, 'closed');
    server.seq.set('c0000', 9);
    acts.undo();
    await vi.waitFor(() => expect(said.at(-1)?.text).toBe('1 set back. 1 has gone on meanwhile and was left alone.'));
    expect([...server.status.values()]).toEqual(['closed', 'new']);
  });

  test('of a conversation that was closed by itself; of one that stayed as it was there is none', () => {
    const acts = actsOn(new Tickets(1));
    acts.left({ id: 'c0000', name: 'Nia Rao', until: null, ticketStatus: 'new', previous: 'new', snoozedUntil: null, seq: 4 });
    expect(said).toEqual([]);
    acts.left({ id: 'c0000', name: 'Nia Rao', until: null, ticketStatus: 'closed', previous: 'new', snoozedUntil: null, seq: 4 });
    expect(said.at(-1)?.text).toBe('Nia Rao’s ticket is Closed.');
    expect(acts.undoable).toBe('Nia Rao: Closed');
    acts.left({ id: 'c0001', name: 'Zoe Roth', until: null, ticketStatus: 'new', previous: 'new', snoozedUntil: null, seq: 4 });
    expect(acts.undoable, 'the key means what was left last').toBeNull();
  });

  test.each([
    ['by the key', (acts: TicketActs) => acts.undo()],
    ['by the button', () => said.at(-1)?.action?.run()],
  ])('leads back to a conversation that was closed, once it is set back: %s', async (_, takeBack) => {
    const server = new Tickets(1);
    const acts = actsOn(server);
    server.status.set('c0000', 'closed');
    server.seq.set('c0000', 4);
    acts.left({ id: 'c0000', name: 'Nia Rao', until: null, ticketStatus: 'closed', previous: 'new', snoozedUntil: null, seq: 4 });
    takeBack(acts);
    expect(shown).toEqual([]);
    await vi.waitFor(() => expect(shown).toEqual(['c0000']));
    expect(server.status.get('c0000')).toBe('new');
  });

  test('leads nobody to a conversation that has gone on meanwhile', async () => {
    const server = new Tickets(1);
    const acts = actsOn(server);
    server.status.set('c0000', 'closed');
    server.seq.set('c0000', 5);
    acts.left({ id: 'c0000', name: 'Nia Rao', until: null, ticketStatus: 'closed', previous: 'new', snoozedUntil: null, seq: 4 });
    acts.undo();
    await vi.waitFor(() => expect(said.at(-1)?.text).toContain('gone on meanwhile'));
    expect(shown).toEqual([]);
  });

  test('of a conversation that was snoozed, Pending before or not', () => {
    const acts = actsOn(new Tickets(1));
    const until = Date.parse('2026-11-28T09:00:00');
    acts.left({ id: 'c0000', name: 'Nia Rao', until, ticketStatus: 'pending', previous: 'pending', snoozedUntil: null, seq: 4 });
    expect(said.at(-1)?.text).toMatch(/^Nia Rao is snoozed until .*09:00\.$/);
    expect(acts.undoable).toBe('Nia Rao: snoozed');
  });

  test('is not offered to a key for ever', async () => {
    const server = new Tickets(1);
    const acts = actsOn(server);
    await acts.set(server.ids, 'closed');
    now = 120_001;
    expect(acts.undoable).toBeNull();
  });

  test('waits for what is still being set', async () => {
    const server = new Tickets(1);
    const acts = actsOn(server);
    acts.left({ id: 'c0000', name: 'Nia Rao', until: null, ticketStatus: 'closed', previous: 'new', snoozedUntil: null, seq: 4 });
    const running = acts.set(server.ids, 'pending');
    expect(acts.undoable).toBeNull();
    expect(acts.isBusy()).toBe(true);
    await running;
    expect(acts.isBusy()).toBe(false);
  });

  test('after a failure what was done can be taken back, or the rest gone on with', async () => {
    const server = new Tickets(60);
    const acts = actsOn(server);
    const { set } = server;
    let n = 0;
    const failing: typeof set = (wishes) => ((n += 1) > 1 && n < 6 ? Promise.reject(new Error('no network')) : set(wishes));
    const other = new TicketActs({
      set: failing,
      wait,
      say: (notice) => said.push(notice),
      show: (id) => shown.push(id),
      now: () => now,
    });
    await other.set(server.ids, 'closed');
    expect(said.at(-1)).toMatchObject({ kind: 'error', action: { label: 'Go on' } });
    expect(other.undoable).toBe('50 closed.');
    said.at(-1)?.action?.run();
    await vi.waitFor(() => expect(other.undoable).toBe('60 closed.'));
    expect(acts.undoable).toBeNull();
  });

  test('what was set back, and stopped on the way, is not closed again by the key', async () => {
    const server = new Tickets(60);
    let n = 0;
    const { set } = server;
    const failing: typeof set = (wishes) => ((n += 1) > 3 ? Promise.reject(new Error('no network')) : set(wishes));
    const acts = new TicketActs({
      set: failing,
      wait,
      say: (notice) => said.push(notice),
      show: (id) => shown.push(id),
      now: () => now,
    });
    await acts.set(server.ids, 'closed');
    acts.undo();
    await vi.waitFor(() => expect(said.at(-1)?.kind).toBe('error'));
    expect(acts.undoable).toBeNull();
  });

  test('is of the last thing that was done: none when that was in a conversation', () => {
    const acts = actsOn(new Tickets(1));
    acts.left({ id: 'c0000', name: 'Nia Rao', until: null, ticketStatus: 'closed', previous: 'new', snoozedUntil: null, seq: 4 });
    acts.forget();
    expect(acts.undoable).toBeNull();
  });
});
