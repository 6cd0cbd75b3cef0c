import { describe, expect, test } from 'vitest';
import { lineText, MAX_CELL, recordsOf, separatorOf, unguarded } from '../../src/lib/domain/csv';

const read = (text: string) => [...recordsOf(text)].map(({ line, cells, broken }) => (broken ? line : [line, ...cells]));

test('quotes hold separators, line ends and quotes, and every record knows the line on which it begins', () => {
  const text = '\uFEFFName,Note\r\n"Rao, Aanya","a\rb\nc\r\nd"\n\n"He said ""hi""",\rLast,x';
  expect(read(text)).toEqual([
    [1, 'Name', 'Note'],
    [2, 'Rao, Aanya', 'a\rb\nc\r\nd'],
    [7, 'He said "hi"', ''],
    [8, 'Last', 'x'],
  ]);
  expect(separatorOf('"a,b,c";d\n')).toBe(';');
});

describe('a quote that is never closed', () => {
  const rows = Array.from({ length: 1_000 }, (_, n) => `Person ${n},${n}\n`).join('');

  test('costs its own line and no other', () => {
    const found = read(`Name,Phone\n"Aanya,1\n${rows}`);
    expect(found.slice(0, 3)).toEqual([[1, 'Name', 'Phone'], 2, [3, 'Person 0', '0']]);
    expect(found).toHaveLength(1_002);
    expect(found.at(-1)).toEqual([1_002, 'Person 999', '999']);
  });

  test('in the last column, and near the end of the file, costs no more', () => {
    expect(read(`Name,Phone\nAanya,"1\r\nBen,2\r\n`)).toEqual([[1, 'Name', 'Phone'], 2, [3, 'Ben', '2']]);
  });

  test('is one that is not closed within the longest cell, and a cell of that length is read', () => {
    const longest = 'x\n'.repeat(MAX_CELL / 2);
    expect(read(`"${longest}",1\nBen,2\n`)).toEqual([[1, longest, '1'], [MAX_CELL / 2 + 2, 'Ben', '2']]); // prettier-ignore
    const [first, second] = read(`"${longest}x",1\nBen,2\n`);
    expect([first, second]).toEqual([1, [2, 'x']]);
    expect(read(`"${'""'.repeat(MAX_CELL)}",1\n`)).toEqual([[1, '"'.repeat(MAX_CELL), '1']]);
  });

  test('may be closed in what was cut off: nothing is said of it then', () => {
    const cut = (text: string) => [...recordsOf(text, ',', { isCut: true })].map(({ cells }) => cells);
    expect(cut('Name,Note\nAanya,"one\ntwo\nthree')).toEqual([['Name', 'Note']]);
    expect(cut('Name,Note\nAanya,one\nBen')).toEqual([['Name', 'Note'], ['Aanya', 'one']]); // prettier-ignore
    expect(cut(`Name,Note\n"Aanya,1\n${rows}Ben`)).toHaveLength(1_002);
  });
});

describe('what a spreadsheet would run', () => {
  const cells = [
    ...['=1+1', '+1', '-1', '@SUM(A1)', '＝1+1', '＋1', '－1', '＠SUM(A1)', '\t=1+1', '\n=1+1'],
    // Where a semicolon parts cells, what is behind one is a cell of its own, quotes or not.
    ...[';=1+1;', 'Aanya;@SUM(A1)', 'one\n=1+1', 'one\t=1+1'],
  ];

  test.each(cells)('is only text: %j', (cell) => {
    const line = lineText(['Aanya', cell, 'last']);
    for (const found of line.split(/[,;\t\r\n]/)) expect(found.replace(/^"/, '')).not.toMatch(/^[=+\-@＝＋－＠]/);
    expect([...recordsOf(line)].map((record) => unguarded(record.cells[1] ?? '').trim())).toEqual([cell.trim()]);
  });

  test('and nothing else is changed', () => {
    const plain = ["it's", 'a=b', 'a - b', '5; -6', '12-34', 'ana@shop.test'];
    expect([...recordsOf(lineText(plain), ',')].map((record) => record.cells)).toEqual([plain]);
    expect(plain.map(unguarded)).toEqual(plain);
  });
});

test('a long file with the line ends of old spreadsheets is read like any other', () => {
  // In a minute nobody looks through all of it for each of its cells.
  const file = Array.from({ length: 100_000 }, (_, n) => `Person ${n};${'x'.repeat(100)}${';'.repeat(20)}`).join('\r');
  let last = null;
  for (const record of recordsOf(file)) last = record;
  expect(last).toMatchObject({ line: 100_000, broken: false, cells: { length: 22, 0: 'Person 99999' } });
});
