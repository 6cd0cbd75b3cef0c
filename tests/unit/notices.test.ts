import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  calm,
  decide,
  isSettled,
  MANY,
  type Arrival,
  type Circumstances,
  type Decision,
  type Glance,
  type NoticeScope,
} from '../../src/lib/inbox/notices';
import type { Summary } from '../../src/lib/domain/summary';
import { aRow, lockOf } from '../fixtures/row';

const T = Date.UTC(2026, 10, 27, 9);
const away = {
  choice: { scope: 'free', sound: true },
  userId: 'ana',
  glance: null,
  now: T,
  isBulk: false,
} satisfies Circumstances;

const anArrival = (id: string, holder: string | null = null, messages = 1): Arrival => ({
  row: aRow(id, { unread: messages, lock: holder === null ? null : lockOf(holder) }),
  messages,
  isWoken: false,
});
/** A conversation that Ana had set aside, and that is back. */
const aReturn = (id: string, more: Partial<Summary> = {}): Arrival => ({
  row: aRow(id, { unread: 0, snoozedBy: 'ana', ...more }),
  messages: 0,
  isWoken: true,
});
const decided = (arrivals: readonly Arrival[], more: Partial<Circumstances> = {}, pace = calm): Decision =>
  decide(pace, arrivals, { ...away, ...more });
/** Decides about each list of arrivals, one after the other. */
function inTurn(steps: readonly { at: number; arrivals: readonly Arrival[]; isBulk?: boolean }[]): Decision[] {
  let pace = calm;
  return steps.map(({ at, arrivals, isBulk = false }) => {
    const decision = decided(arrivals, { now: T + at, isBulk }, pace);
    pace = decision.pace;
    return decision;
  });
}
const titles = ({ show }: Decision): string[] => show.map(({ title }) => title);

describe('who is told of what', () => {
  const cases: [NoticeScope, string | null, boolean][] = [
    ['off', 'ana', false],
    ['off', null, false],
    ['mine', 'ana', true],
    ['mine', null, false],
    ['mine', 'ben', false],
    ['free', 'ana', true],
    ['free', null, true],
    ['free', 'ben', false],
  ];
  test.each(cases)('with “%s” of a conversation held by %s: %s', (scope, holder, isTold) => {
    const { show, sounds } = decided([anArrival('a', holder)], { choice: { scope, sound: true } });
    expect([show.length > 0, sounds]).toEqual([isTold, isTold]);
  });

  const returns: [string, NoticeScope, Partial<Summary>, boolean][] = [
    ['who had set it aside', 'mine', {}, true],
    ['who holds it as well', 'free', { lock: lockOf('ana') }, true],
    ['who wants nothing told', 'off', {}, false],
    ['somebody else', 'free', { snoozedBy: 'ben' }, false],
    ['whose colleague has it by now', 'free', { lock: lockOf('ben') }, false],
  ];
  test.each(returns)('the end of a snooze is told to %s, with “%s”: %j, %s', (_, scope, more, isTold) => {
    const { show, sounds } = decided([aReturn('a', more)], { choice: { scope, sound: true } });
    const expected = { tag: 'a', title: 'Name a', body: 'Snooze ended', opens: 'a', quiet: false };
    expect([show, sounds]).toEqual([isTold ? [expected] : [], isTold]);
  });

  test('who looks at the list hears that something is back, unless it is before them', () => {
    expect(decided([aReturn('a')], { glance: { openId: null } })).toMatchObject({ show: [], sounds: true });
    expect(decided([aReturn('a')], { glance: { openId: 'a' } })).toMatchObject({ show: [], sounds: false });
  });

  test('a row in which nothing happened but a ticket says nothing', () => {
    expect(decided([{ ...anArrival('a'), messages: 0 }]).show).toEqual([]);
  });

  test('many that come back at once are one, and said to be that', () => {
    const back = decided(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => aReturn(id)));
    expect(titles(back)).toEqual(['6 conversations are back or have new messages']);
  });

  const glances: [string, Glance, string | null, boolean, boolean][] = [
    ['is elsewhere', null, 'ana', true, true],
    ['looks at the list, and holds it', { openId: null }, 'ana', false, true],
    ['looks at another conversation, and holds it', { openId: 'b' }, 'ana', false, true],
    ['looks at it', { openId: 'a' }, 'ana', false, false],
    ['looks at the list, and nobody holds it', { openId: null }, null, false, false],
  ];
  test.each(glances)('who %s', (_, glance, holder, isShown, isHeard) => {
    const { show, sounds } = decided([anArrival('a', holder)], { glance });
    expect([show.length > 0, sounds]).toEqual([isShown, isHeard]);
  });

  test('without sound there is none', () => {
    expect(decided([anArrival('a')], { choice: { scope: 'free', sound: false } })).toMatchObject({ sounds: false });
  });

  test.each([
    ['read', aRow('a', { unread: 0 }), true],
    ['answered', aRow('a', { unread: 1, unanswered: false }), true],
    ['back from a snooze', aReturn('a').row, false],
    ['back, and a colleague has it', aReturn('a', { lock: lockOf('ben') }).row, true],
    ['back, and this person has it', aReturn('a', { lock: lockOf('ana') }).row, true],
    ['back for a colleague', aReturn('a', { snoozedBy: 'ben' }).row, true],
    ['taken by a colleague', aRow('a', { unread: 1, lock: lockOf('ben') }), true],
    ['theirs and unread', aRow('a', { unread: 1, lock: lockOf('ana') }), false],
    ['nobody’s and unread', aRow('a', { unread: 1 }), false],
  ])('what is %s', (_, row, isDone) => expect(isSettled(row, 'ana')).toBe(isDone));
});

describe('what a notification says', () => {
  const bodyOf = (text: string, direction: 'inbound' | 'outbound' = 'inbound') =>
    decided([{ row: aRow('a', { lastMessage: { text, direction, at: T } }), messages: 1, isWoken: false }]).show[0]?.body;

  test('names the customer and leads to the conversation', () => {
    expect(decided([anArrival('a')]).show).toEqual([{ tag: 'a', title: 'Name a', body: 'text a', opens: 'a', quiet: false }]);
  });
  test('has the beginning of a long message, and no half letters', () => {
    expect(bodyOf('x'.repeat(120))).toBe('x'.repeat(120));
    expect(bodyOf('😀'.repeat(121))).toBe(`${'😀'.repeat(119)}…`);
  });
  test('never takes our own answer for the customer’s message', () => expect(bodyOf('Ours', 'outbound')).toBe('New message'));
  test('has a word where there is no text', () => expect(bodyOf('')).toBe('New message'));
});

describe('bursts', () => {
  const many = (count: number, from = 0): Arrival[] => Array.from({ length: count }, (_, i) => anArrival(`c${from + i}`));

  test('one customer who writes on has one notification, which draws attention every 3 s at most', () => {
    const decisions = inTurn([0, 1_000, 2_999, 3_000, 4_000].map((at) => ({ at, arrivals: [anArrival('a')] })));
    expect(decisions.map(({ show }) => show.map(({ tag, quiet }) => [tag, quiet]))).toEqual(
      [false, true, true, false, true].map((quiet) => [['a', quiet]]),
    );
    expect(decisions.map(({ sounds }) => sounds)).toEqual([true, false, false, true, false]);
  });

  test('five conversations are told one by one, the sixth within 10 s turns them into one', () => {
    const [five, sixth, more] = inTurn([
      { at: 0, arrivals: many(5) },
      { at: 9_999, arrivals: [anArrival('c5')] },
      { at: 12_000, arrivals: [anArrival('c1', null, 2)] },
    ]);
    expect(five && titles(five)).toHaveLength(5);
    expect(sixth?.show).toEqual([
      {
        tag: MANY,
        title: '6 new messages in 6 conversations',
        body: 'Name c5, Name c4, Name c3 and 3 more',
        opens: null,
        quiet: false,
      },
    ]);
    expect(sixth?.close).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(more?.show).toMatchObject([{ title: '8 new messages in 6 conversations', quiet: true }]);
  });

  test('ten seconds later the sixth is told by itself', () => {
    const [, sixth] = inTurn([
      { at: 0, arrivals: many(5) },
      { at: 10_000, arrivals: [anArrival('c5')] },
    ]);
    expect(sixth && titles(sixth)).toEqual(['Name c5']);
  });

  test('a burst that is over begins no other', () => {
    const [, later] = inTurn([
      { at: 0, arrivals: many(9) },
      { at: 10_000, arrivals: [anArrival('a')] },
    ]);
    expect(later && titles(later)).toEqual(['Name a']);
  });

  test('what was missed is told in one, unless it is of one conversation', () => {
    expect(titles(decided(many(3), { isBulk: true }))).toEqual(['3 conversations have new messages']);
    expect(titles(decided(many(1), { isBulk: true }))).toEqual(['Name c0']);
  });

  test('who looks at the inbox ends it', () => {
    const [burst] = inTurn([{ at: 0, arrivals: many(9) }]);
    const looked = decided([anArrival('a')], { now: T + 1, glance: { openId: null } }, burst?.pace);
    expect(looked).toMatchObject({ show: [], close: [MANY] });
    expect(titles(decided([anArrival('b')], { now: T + 2 }, looked.pace))).toEqual(['Name b']);
  });

  test('whatever comes, nobody is flooded, and nothing is lost', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 6_000 }),
      ids: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
      isBulk: fc.boolean(),
      openId: fc.option(fc.constantFrom('c1', 'c2')),
      isAway: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let [pace, now] = [calm, T];
        const alone: { at: number; tag: string }[] = [];
        const sounds: number[] = [];
        for (const { wait, ids, isBulk, openId, isAway } of steps) {
          now += wait;
          const arrivals = ids.map((id) => anArrival(`c${id}`));
          const glance = isAway ? null : { openId };
          const decision = decided(arrivals, { now, isBulk, glance }, pace);
          pace = decision.pace;
          const { show } = decision;
          if (decision.sounds) sounds.push(now);
          if (!isAway) {
            alone.length = 0;
            expect(show).toEqual([]);
            continue;
          }
          const isTold =
            show.some(({ tag }) => tag === MANY) || arrivals.every(({ row }) => show.some(({ tag }) => tag === row.id));
          expect(isTold).toBe(true);
          for (const { tag } of show) if (tag !== MANY) alone.push({ at: now, tag });
          const stands = new Set(alone.filter(({ at }) => now - at < 10_000).map(({ tag }) => tag));
          expect(stands.size).toBeLessThanOrEqual(5);
        }
        expect(sounds.every((at, i) => i === 0 || at - (sounds[i - 1] ?? 0) >= 3_000)).toBe(true);
      }),
    );
  });
});
