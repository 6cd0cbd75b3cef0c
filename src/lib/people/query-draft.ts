import { isGroup, type Condition, type PeopleQuery } from '../domain/people-query';
import { opsFor, valueKind, type Property } from './property';

/** A condition as it is being built: `value` is what was typed or chosen, as text. */
export type DraftCondition = { key: number; property: string; op: Condition['op']; value: string };
export type DraftGroup = { key: number; match: PeopleQuery['match']; of: readonly DraftNode[] };
export type DraftNode = DraftCondition | DraftGroup;

/** What a change of the tree came to, and which node the focus belongs on; null = the outermost group. */
export type Edited = { root: DraftGroup; focus: number | null };

export const isDraftGroup = (node: DraftNode): node is DraftGroup => 'of' in node;

/** A query as a tree to edit. Keys are numbered through from `first`, the outermost group has the first. */
export function draftOf(query: PeopleQuery | null, first = 1): DraftGroup {
  let key = first;
  const groupOf = (group: PeopleQuery): DraftGroup => ({
    key: key++,
    match: group.match,
    of: group.of.map((node) =>
      isGroup(node) ? groupOf(node) : { key: key++, property: node.property, op: node.op, value: textOf(node) },
    ),
  });
  return groupOf(query ?? { match: 'all', of: [] });
}

const textOf = ({ value }: Condition): string => (value === undefined ? '' : String(value));

/**
 * The query that a tree stands for; null = it narrows nothing. What is not complete yet does not count, so that people can be shown
 * while a condition is being built.
 */
export function queryOf(root: DraftGroup, properties: readonly Property[]): PeopleQuery | null {
  const of = root.of.flatMap((node): PeopleQuery['of'] => {
    const part = isDraftGroup(node)
      ? queryOf(node, properties)
      : conditionOf(
          node,
          properties.find(({ id }) => id === node.property),
        );
    return part === null ? [] : [part];
  });
  return of.length === 0 ? null : { match: root.match, of };
}

/** null while it is not complete. */
export function conditionOf({ property, op, value }: DraftCondition, known: Property | undefined): Condition | null {
  if (known === undefined || !opsFor(known).includes(op)) return null;
  const text = value.trim();
  switch (valueKind(known, op)) {
    case 'none':
      return { property, op };
    case 'days': {
      const days = Number(text);
      return text !== '' && Number.isInteger(days) && days >= 1 && days <= 3_650 ? { property, op, value: days } : null;
    }
    case 'number': {
      const number = Number(text);
      return text !== '' && Number.isFinite(number) ? { property, op, value: number } : null;
    }
    case 'boolean':
      return text === 'true' || text === 'false' ? { property, op, value: text === 'true' } : null;
    case 'date':
    case 'choice':
    case 'text':
      return text === '' ? null : { property, op, value: text };
  }
}
