import { expect, test } from 'vitest';
import type { ColumnTarget, Mapping } from '../../src/lib/domain/people-import';
import { mapped, targetFrom, targetsOf, targetText } from '../../src/lib/people/import-mapping';

const targets: ColumnTarget[] = [
  { to: 'nothing' },
  { to: 'name' },
  { to: 'address', channelId: 'demo-whatsapp' },
  { to: 'property', key: 'tier' },
  { to: 'newProperty', key: 'shoe_size', label: 'Shoe size', type: 'number' },
];

test.each(targets)('what a menu shows for %j leads back to it', (target) => {
  expect(targetFrom(targetText(target), 'Shoe size', 2)).toEqual(target);
});

test('a heading that makes no key, or none at all, still makes a property', () => {
  expect(targetFrom('new:text', '鞋', 2)).toEqual({ to: 'newProperty', key: 'column_3', label: '鞋', type: 'text' });
  expect(targetFrom('new:date', '', 0)).toEqual({ to: 'newProperty', key: 'column_1', label: 'Column 1', type: 'date' });
});

test('what no menu offers leaves the column out', () => {
  for (const text of ['', 'new:', 'new:colour', 'nonsense', 'nothing'])
    expect(targetFrom(text, 'A', 0), text).toEqual({ to: 'nothing' });
});

test('a name or a property is one column’s at a time; addresses may be several', () => {
  const mapping: Mapping = [
    { to: 'name' },
    { to: 'property', key: 'tier' },
    { to: 'address', channelId: 'a' },
    { to: 'newProperty', key: 'size', label: 'Size', type: 'number' },
  ];
  expect(mapped(mapping, 2, { to: 'name' }).map(targetText)).toEqual(['', 'property:tier', 'name', 'new:number']);
  expect(mapped(mapping, 0, { to: 'property', key: 'size' }).map(targetText)).toEqual([
    'property:size',
    'property:tier',
    'address:a',
    '',
  ]);
  expect(mapped(mapping, 0, { to: 'address', channelId: 'a' }).map(targetText)).toEqual([
    'address:a',
    'property:tier',
    'address:a',
    'new:number',
  ]);
});

test('every choice of the menu can be made', () => {
  const groups = targetsOf([{ id: 'demo-whatsapp', name: 'Shop' }], [{ key: 'tier', label: 'Tier', type: 'text' }]);
  expect(groups.map(({ title }) => title)).toEqual(['Person', 'Address on', 'Property', 'New property']);
  for (const { value } of groups.flatMap(({ options }) => options))
    expect(targetText(targetFrom(value, 'Heading', 0))).toBe(value);
  expect(targetsOf([], []).map(({ title }) => title)).toEqual(['Person', 'New property']);
});
