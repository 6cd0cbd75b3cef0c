import { isGroup, type Condition, type PeopleQuery } from '../domain/people-query';
import { opWords, valueKind, type Property } from './property';
import { numberText } from '../domain/number-text';

/** A query as a sentence: `Ticket is Closed and (Channel is Shop or Name contains “ana”)`; null = `Everybody`. */
export function sentenceOf(query: PeopleQuery | null, properties: readonly Property[]): string {
  if (query === null || query.of.length === 0) return 'Everybody';
  return joined(query, properties);
}

function joined(query: PeopleQuery, properties: readonly Property[]): string {
  const parts = query.of.map((node) => {
    if (!isGroup(node)) return conditionWords(node, properties);
    const words = joined(node, properties);
    return query.of.length > 1 && node.of.length > 1 ? `(${words})` : words;
  });
  return parts.join(query.match === 'all' ? ' and ' : ' or ');
}

/** One condition in words. An id stands for a name that is not known, or not any more. */
export function conditionWords({ property, op, value }: Condition, properties: readonly Property[]): string {
  const known = properties.find(({ id }) => id === property);
  const title = known?.title ?? property.replace(/^custom\./u, '');
  const kind = known?.kind ?? 'text';
  const words = `${title} ${opWords(kind, op)}`;
  if (value === undefined) return words;
  const shape = known === undefined ? 'text' : valueKind(known, op);
  return shape === 'none' ? words : `${words} ${valueWords(shape, value, known)}`;
}

function valueWords(
  shape: Exclude<ReturnType<typeof valueKind>, 'none'>,
  value: string | number | boolean,
  known: Property | undefined,
): string {
  switch (shape) {
    case 'days':
      return value === 1 ? 'day' : `${String(value)} days`;
    case 'choice':
      return known?.choices.find((choice) => choice.value === value)?.title ?? String(value);
    case 'boolean':
      return value === true ? 'yes' : 'no';
    case 'number':
      return numberText(Number(value));
    case 'date':
      return dateWords(String(value));
    case 'text':
      return `“${String(value)}”`;
  }
}

const dates = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** `2026-11-12` → `12 Nov 2026`. */
export function dateWords(day: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/u.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) ? day : dates.format(at);
}
