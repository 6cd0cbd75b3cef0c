import { keyFrom, type ColumnTarget, type ImportChannel, type Mapping } from '../domain/people-import';
import { PropertyKey, PropertyType, type CustomProperty } from '../domain/person';
import { typeNames } from './person-text';

/** What a column can be, in groups for a menu; values as `targetText` writes them. */
export type TargetGroup = { title: string; options: { value: string; title: string }[] };

/** A target as a menu has it; '' = the column is left out. */
export function targetText(target: ColumnTarget | undefined): string {
  switch (target?.to) {
    case 'name':
      return 'name';
    case 'address':
      return `address:${target.channelId}`;
    case 'property':
      return `property:${target.key}`;
    case 'newProperty':
      return `new:${target.type}`;
    default:
      return '';
  }
}

/** What was chosen for the column with this heading, at this place from 0. */
export function targetFrom(text: string, heading: string, place: number): ColumnTarget {
  const [to, value = ''] = text.split(/:(.*)/su);
  const type = PropertyType.safeParse(value);
  if (to === 'name') return { to: 'name' };
  if (to === 'address') return { to: 'address', channelId: value };
  if (to === 'property') return { to: 'property', key: value };
  if (to !== 'new' || !type.success) return { to: 'nothing' };
  const key = PropertyKey.safeParse(keyFrom(heading));
  const label = heading === '' ? `Column ${place + 1}` : heading.slice(0, 60);
  return { to: 'newProperty', key: key.success ? key.data : `column_${place + 1}`, label, type: type.data };
}

/** The mapping with one column changed. A name, or a property, is only one column's: the other one is left out. */
export function mapped(mapping: Mapping, place: number, target: ColumnTarget): Mapping {
  const mark = markOf(target);
  return mapping.map((one, at) => {
    if (at === place) return target;
    return mark !== null && markOf(one) === mark ? { to: 'nothing' } : one;
  });
}

function markOf(target: ColumnTarget): string | null {
  if (target.to === 'name') return 'name';
  return 'key' in target ? `property:${target.key}` : null;
}

/** Everything that a column can be. */
export function targetsOf(
  channels: readonly Pick<ImportChannel, 'id' | 'name'>[],
  custom: readonly CustomProperty[],
): TargetGroup[] {
  return [
    { title: 'Person', options: [{ value: 'name', title: 'Name' }] },
    { title: 'Address on', options: channels.map(({ id, name }) => ({ value: `address:${id}`, title: name })) },
    { title: 'Property', options: custom.map(({ key, label }) => ({ value: `property:${key}`, title: label })) },
    {
      title: 'New property',
      options: PropertyType.options.map((type) => ({ value: `new:${type}`, title: `New: ${typeNames[type].toLowerCase()}` })),
    },
  ].filter(({ options }) => options.length > 0);
}
