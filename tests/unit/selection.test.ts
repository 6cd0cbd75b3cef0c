import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everything, extended, nothing, toggled, withAll, type Selection } from '../../src/lib/inbox/selection';
import { selectionWords } from '../../src/lib/inbox/selection-words';

const order = [...'abcdefgh'];
const idsOf = ({ ids }: Selection) => [...ids].sort().join('');
const row = fc.constantFrom(...order);
/** The rows in any order, and not all of them: the list lives. */
const rows = fc.shuffledSubarray(order, { minLength: 1 });

type Step = (selection: Selection) => Selection;
const step: fc.Arbitrary<Step> = fc.oneof(
  row.map((id) => (selection: Selection) => toggled(selection, id)),
  fc.tuple(rows, row).map(
    ([now, to]) =>
      (selection: Selection) =>
        extended(selection, now, selection.head ?? to, to),
  ),
  rows.map((now) => (selection: Selection) => withAll(selection, now)),
  rows.map((now) => (selection: Selection) => everything(selection, now)),
);
const anySelection = fc.array(step, { maxLength: 8 }).map((steps) => steps.reduce((selection, next) => next(selection), nothing));

describe('a row', () => {
  test('that is toggled twice is as it was', () => {
    fc.assert(
      fc.property(anySelection, row, (selection, id) => {
        const named = { ...selection, all: false };
        expect(idsOf(toggled(toggled(named, id), id))).toBe(idsOf(named));
      }),
    );
  });

  test('that is toggled changes no other', () => {
    fc.assert(
      fc.property(anySelection, row, (selection, id) => {
        const others = (of: Selection) => idsOf(of).replace(id, '');
        expect(others(toggled(selection, id))).toBe(others(selection));
      }),
    );
  });

  test('that is taken out of everything is out, also when it was not there by name', () => {
    const all = everything(nothing, ['a', 'b']);
    expect(toggled(all, 'a')).toMatchObject({ ids: new Set(['b']), all: false });
    expect(toggled(all, 'h')).toMatchObject({ ids: new Set(['a', 'b']), all: false });
  });
});

describe('a range', () => {
  const over = (...to: string[]) => to.reduce((was, id) => extended(was, order, was.head ?? id, id), toggled(nothing, 'c'));

  test.each([
    [['f'], 'cdef'],
    [['a'], 'abc'],
    [['f', 'd'], 'cd'],
    [['f', 'a'], 'abc'],
    [['f', 'c'], 'c'],
  ])('from c over %j is %s: it grows and shrinks', (to, expected) => {
    expect(idsOf(over(...to))).toBe(expected);
  });

  test('leaves alone what was selected before it', () => {
    const before = toggled(toggled(nothing, 'h'), 'b');
    const long = extended(before, order, 'b', 'd');
    expect(idsOf(extended(long, order, 'd', 'c'))).toBe('bch');
  });

  test('begins anew where the keyboard is by then', () => {
    expect(idsOf(extended(toggled(nothing, 'a'), order, 'e', 'f'))).toBe('aef');
  });

  test('has everything from where it begins to where it ends, in the order of now, and all that was there before it', () => {
    fc.assert(
      fc.property(anySelection, rows, fc.nat(), fc.nat(), (selection, now, m, n) => {
        const [from, to] = [now[m % now.length] ?? '', now[n % now.length] ?? ''];
        const after = extended(selection, now, from, to);
        const [first, last] = [now.indexOf(after.anchor ?? ''), now.indexOf(to)].sort((a, b) => a - b);
        const between = now.slice(first, (last ?? 0) + 1);
        expect([...after.ids].sort()).toEqual([...new Set([...after.base, ...between])].sort());
        expect(after.head).toBe(to);
        expect(idsOf(extended(after, now, to, to)), 'again').toBe(idsOf(after));
      }),
    );
  });

  test('whose end has left the list takes in that row alone', () => {
    expect(idsOf(extended(toggled(nothing, 'a'), ['a', 'b', 'c'], 'a', 'h'))).toBe('ah');
  });

  test('whose beginning has left the list begins where it had come to', () => {
    const range = over('f');
    expect(idsOf(extended(range, ['a', 'f', 'g', 'h'], 'f', 'g'))).toBe('cdefg');
  });
});

test('a range over rows that have come, moved and left takes nothing out of what was selected before it', () => {
  fc.assert(
    fc.property(anySelection, rows, rows, row, (selection, before, now, to) => {
      const range = extended(selection, before, 'a', to);
      const moved = extended(range, now, to, now.at(-1) ?? to);
      for (const id of selection.head === 'a' ? selection.base : selection.ids) expect(moved.ids.has(id)).toBe(true);
    }),
  );
});

test.each([
  [{ isAll: false, size: 3 }, 3, '3 selected'],
  [{ isAll: false, size: 3 }, 2, '3 selected, 1 not in sight'],
  [{ isAll: false, size: 0 }, 0, '0 selected'],
  [{ isAll: true, size: 50 }, 50, 'All 12,345 selected'],
])('%j with %i of them loaded is said as “%s”', (selection, shown, words) => {
  expect(selectionWords(selection, shown, '12,345')).toBe(words);
});
