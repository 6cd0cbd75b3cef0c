import { opsOf, type Op, type QueryType, type SystemPropertyInfo } from '../domain/people-query';
import type { CustomProperty } from '../domain/person';

/** What can be asked of a person. `id` as queries name it; `choices` are what the value of a choice can be. */
export type Property = { id: string; title: string; kind: QueryType; choices: readonly Choice[] };
export type Choice = { value: string; title: string };

/** The system's own properties and those an Admin has defined, in the order in which they are offered. */
export function propertiesOf({
  system,
  custom,
}: {
  system: readonly SystemPropertyInfo[];
  custom: readonly CustomProperty[];
}): Property[] {
  return [
    ...system.map(({ property, label, type, options = [] }) => ({
      id: property,
      title: label,
      kind: type,
      choices: options.map(({ value, label: title }) => ({ value, title })),
    })),
    ...custom.map(({ key, label, type }) => ({ id: customId(key), title: label, kind: type, choices: [] })),
  ];
}

/** How queries name a custom property. */
export const customId = (key: string): string => `custom.${key}`;

export const opsFor = ({ kind }: Property): readonly Op[] => opsOf(kind);

/** How a value is given. */
export type ValueKind = 'none' | 'days' | QueryType;

/** What has to be filled in beside a property and an operator. */
export function valueKind({ kind }: Property, op: Op): ValueKind {
  if (op === 'isSet' || op === 'isNotSet') return 'none';
  return op === 'inLast' ? 'days' : kind;
}

/** An operator in words, as it stands between property and value. */
export function opWords(kind: QueryType, op: Op): string {
  switch (op) {
    case 'is':
      return kind === 'date' ? 'is on' : 'is';
    case 'isNot':
      return kind === 'date' ? 'is not on' : 'is not';
    case 'contains':
      return 'contains';
    case 'before':
      return kind === 'number' ? 'is less than' : 'is before';
    case 'after':
      return kind === 'number' ? 'is more than' : 'is after';
    case 'inLast':
      return 'is in the last';
    case 'isSet':
      return 'is set';
    case 'isNotSet':
      return 'is not set';
  }
}
